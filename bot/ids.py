"""Every name that Slack carries back to us: commands, events, actions, blocks, callbacks. Renamed nowhere else.

A button already posted keeps its name for ever, so these never change meaning.
"""

from __future__ import annotations

import re

COMMAND = "/kit"

EVENT_MENTION = "app_mention"
EVENT_MESSAGE = "message"
EVENT_HOME = "app_home_opened"

SHORTCUT_REPLACE = "replace_device"
SHORTCUT_REPLACE_MESSAGE = "replace_device_from_message"

ASK = "ask"
"""Buttons whose value is a line of our grammar; the part after the colon only keeps them apart within a block."""
ASK_PATTERN = re.compile(r"^ask:")
REPLACE = "replace"
"""Opens the replacement modal; its value is `reason|kind|words`, each empty where it is not known."""
APPROVE = "approve_request"
"""These and those below carry the request's id."""
REFUSE = "refuse_request"
ASK_BACK = "ask_about_request"
ANSWER = "answer_request"
WITHDRAW = "withdraw_request"
REPAIRED = "request_repaired"
NOT_REPAIRED = "request_not_repaired"
INSIST = "insist_on_request"
COVER_OFF = "cover_off"
COUNTS_CHART = "counts_chart"
COUNTS_CSV = "counts_csv"
BUDGET_CHART = "budget_chart"
"""These carry the question as a line of our grammar."""
BUDGET_CSV = "budget_csv"
BUDGET_XLSX = "budget_xlsx"

CONFLICT_ONE_DEVICE = "conflict_one_device"
"""Its value is the conflict's id; of those that split off, also the claimant, on a line of its own."""
CONFLICT_SPLIT = "conflict_split"
CONFLICT_SPLIT_PATTERN = re.compile(r"^conflict_split:")
DEAD_LETTER_SHOW = "dead_letter_show"
"""These carry `service|fingerprint`, and those for all of one reason `service|reason key`."""
DEAD_LETTER_REPLAY = "dead_letter_replay"
DEAD_LETTER_DISCARD = "dead_letter_discard"
DEAD_LETTERS_REPLAY = "dead_letters_replay_all"
DEAD_LETTERS_DISCARD = "dead_letters_discard_all"

QUEUE_CHART = "queue_chart"
"""These and those of `due` carry the question as a line of our grammar."""
QUEUE_CSV = "queue_csv"
QUEUE_XLSX = "queue_xlsx"
DUE_CHART = "due_chart"
DUE_CSV = "due_csv"
DUE_XLSX = "due_xlsx"
WAVE_RELEASE = "wave_release"
"""These carry the wave's W-number."""
WAVE_SEND_BACK = "wave_send_back"
WAVE_CHART = "wave_chart"
WAVE_CSV = "wave_csv"
WAVE_XLSX = "wave_xlsx"
OVERRIDE = "override"
"""These open the forms of the budget's acts, and carry the line of our grammar that asked for it."""
VIREMENT = "virement"
ROLL_OVER = "roll_over"
REVERSE = "reverse"
ALLOCATE = "delivery_allocate"
"""These carry the request's id."""
CANCEL_ORDER = "delivery_cancel"
SHIP = "delivery_ship"
RECEIVE = "delivery_receive"
CHECK_SETTINGS = "delivery_check"
TAKE_BACK = "delivery_take_back"
LEAVES = "leaves"
"""Its value is the address of who leaves; the part after the colon only keeps several apart within a block."""
LEAVES_PATTERN = re.compile(r"^leaves:")
SOMEBODY_LEAVES = "somebody_leaves"

LOSS_TELL = "loss_tell"
"""These carry the loss's id."""
LOSS_LOCK_AGAIN = "loss_lock_again"
LOSS_ASK_WIPE = "loss_ask_wipe"
LOSS_CONFIRM_WIPE = "loss_confirm_wipe"
LOSS_CALL_OFF = "loss_call_off"
LOSS_WRITE_OFF = "loss_write_off"
LOSS_FOUND = "loss_found"

VIEW_LOADING = "loading"
VIEW_REPLACE = "replace_form"
VIEW_REFUSE = "refuse_form"
VIEW_WORDS = "request_words_form"
"""Asks for the words that a step of a request needs; its metadata is `cause|request id`."""
VIEW_DONE = "done"
VIEW_DEAD_LETTER = "dead_letter"
VIEW_RELEASE = "release_form"
VIEW_SEND_BACK = "send_back_form"
VIEW_OVERRIDE = "override_form"
VIEW_VIREMENT = "virement_form"
VIEW_ROLL_OVER = "roll_over_form"
VIEW_REVERSE = "reverse_form"
VIEW_ALLOCATE = "delivery_allocate_form"
VIEW_SHIP = "delivery_ship_form"
VIEW_CANCEL_ORDER = "delivery_cancel_form"
VIEW_LEAVES = "leaves_form"

VIEW_LOSS = "loss_form"
VIEW_WRITE_OFF = "write_off_form"

BLOCK_DEVICE = "device"
BLOCK_KIND = "kind"
BLOCK_REASON = "reason"
BLOCK_NEEDED_BY = "needed_by"
BLOCK_ACCESSIBILITY = "accessibility"
BLOCK_DELIVERY = "delivery"
BLOCK_EXPLANATION = "explanation"
BLOCK_REFUSAL = "refusal"
BLOCK_WORDS = "words"
BLOCK_SINCE = "since"
BLOCK_PHOTOS = "photos"
BLOCK_ASSISTIVE = "assistive_technology"
BLOCK_RECIPIENT = "recipient"
BLOCK_RECIPIENT_NAME = "recipient_name"
BLOCK_RECIPIENT_EMAIL = "recipient_email"
BLOCK_WHY = "why"
BLOCK_LIMIT = "limit"
BLOCK_EXTRA = "extra"
BLOCK_FROM = "from"
BLOCK_TO = "to"
BLOCK_SERIAL = "serial"
BLOCK_CARRIER = "carrier"
BLOCK_TRACKING = "tracking"
BLOCK_WHO = "who"
BLOCK_LAST_SEEN_ON = "last_seen_on"
BLOCK_LAST_SEEN_WHERE = "last_seen_where"
BLOCK_UNLOCKED = "unlocked"
BLOCK_SENSITIVE = "sensitive"
BLOCK_CRIME_REFERENCE = "crime_reference"
BLOCK_WIPE = "wipe"
BLOCK_REPLACEMENT = "replacement"

NOT_LISTED = "not_listed"
"""The choice in the device menu of a person whose device we do not know."""
ACCESSIBILITY_NEEDED = "needed"
YES, NO = "yes", "no"

METADATA_TYPE = "quartermaster_message"


def leaves(place: int) -> str:
    """The action id of the button that says that the person at this place leaves."""
    return f"{LEAVES}:{place}"


def conflict_split(place: int) -> str:
    """The action id of the button that splits off the claimant at this place."""
    return f"{CONFLICT_SPLIT}:{place}"


def ask(name: str) -> str:
    """The action id of an asking button."""
    return f"{ASK}:{name}"


def release_field(place: int) -> str:
    """The block of the field for the reference asked for at this place."""
    return f"release_{place}"
