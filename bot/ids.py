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
"""Opens the replacement modal; its value is `reason|kind@device id|words`, each empty where it is not known."""
APPROVE = "approve_request"
"""These and those below carry the request's id."""
REFUSE = "refuse_request"
ASK_BACK = "ask_about_request"
ANSWER = "answer_request"
WITHDRAW = "withdraw_request"
SHOW_PHOTOS = "show_photos"
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
CUSTODY_ACT = "custody_act"
"""Opens the form of an act in custody; its value is a line of our grammar, and the part after the colon keeps the
buttons of a block apart."""
CUSTODY_ACT_PATTERN = re.compile(r"^custody_act:")
CUSTODY_CERTIFICATE = "custody_certificate"
CUSTODY_PROOF = "custody_proof"
"""It carries a C-number or a B-number."""
CUSTODY_CSV = "custody_csv"
"""These carry the question as a line of our grammar."""
DISPOSALS_CSV = "disposals_csv"
DISPOSALS_XLSX = "disposals_xlsx"
AUDIT_CSV = "audit_csv"
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
RECLAIM = "reclaim"
"""Its value is the device's id; the part after the colon only keeps several apart within a block."""
RECLAIM_PATTERN = re.compile(r"^reclaim:")
KEEP_DEVICE = "keep_device"
"""These carry the request's id."""
CALL_OFF_RECLAIM = "call_off_reclaim"
IDLE_CSV = "idle_csv"
"""These carry the question as a line of our grammar."""
IDLE_XLSX = "idle_xlsx"
SURPLUS_CSV = "surplus_csv"
SURPLUS_XLSX = "surplus_xlsx"

LOSS_TELL = "loss_tell"
"""These carry the loss's id."""
LOSS_LOCK_AGAIN = "loss_lock_again"
LOSS_ASK_WIPE = "loss_ask_wipe"
LOSS_CONFIRM_WIPE = "loss_confirm_wipe"
LOSS_CALL_OFF = "loss_call_off"
LOSS_WRITE_OFF = "loss_write_off"
LOSS_FOUND = "loss_found"

ALERT_ACKNOWLEDGE = "alert_acknowledge"
"""These carry `episode|line|key` of an alert; `line` is the question whose answer they stand in, empty on the alert's
own message."""
ALERT_SNOOZE = "alert_snooze"
ALERT_ASSIGN = "alert_assign"

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
VIEW_RECLAIM = "reclaim_form"

VIEW_SNOOZE = "alert_snooze_form"
"""This one and the next carry the same as the buttons."""
VIEW_ASSIGN = "alert_assign_form"
VIEW_LOSS = "loss_form"
VIEW_WRITE_OFF = "write_off_form"
VIEW_CUSTODY_CHOICE = "custody_choice"
VIEW_CUSTODY_ACT = "custody_act_form"

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
BLOCK_WHO_EMAIL = "who_email"
BLOCK_LAST_SEEN_ON = "last_seen_on"
BLOCK_LAST_SEEN_WHERE = "last_seen_where"
BLOCK_UNLOCKED = "unlocked"
BLOCK_SENSITIVE = "sensitive"
BLOCK_CRIME_REFERENCE = "crime_reference"
BLOCK_WIPE = "wipe"
BLOCK_REPLACEMENT = "replacement"
BLOCK_ACT = "act"
BLOCK_DEVICES = "devices"
BLOCK_DEVICES_FILE = "devices_file"
BLOCK_PLACE = "place"
"""This one and those below are named as the details of an act, so that an error finds its field."""
BLOCK_NOTE = "note"
BLOCK_DOCUMENT = "document_id"
BLOCK_ISSUER = "certificate_issuer"
BLOCK_NUMBER = "certificate_number"
BLOCK_CONDITION = "condition"
BLOCK_ROUTE = "route"
BLOCK_CHARITY = "charity"
BLOCK_WEEE = "weee_note"
BLOCK_PROCEEDS = "proceeds_pence"

BLOCK_SNOOZE = "snooze"
BLOCK_SNOOZE_DAY = "snooze_day"
BLOCK_ASSIGNEE = "assignee"

NOT_LISTED = "not_listed"
"""The choice in the device menu of a person whose device we do not know."""
ACCESSIBILITY_NEEDED = "needed"
YES, NO = "yes", "no"

METADATA_TYPE = "quartermaster_message"


def leaves(place: int) -> str:
    """The action id of the button that says that the person at this place leaves."""
    return f"{LEAVES}:{place}"


def reclaim(place: int) -> str:
    """The action id of the button that asks for the device at this place."""
    return f"{RECLAIM}:{place}"


def conflict_split(place: int) -> str:
    """The action id of the button that splits off the claimant at this place."""
    return f"{CONFLICT_SPLIT}:{place}"


def ask(name: str) -> str:
    """The action id of an asking button."""
    return f"{ASK}:{name}"


def custody_act(name: str) -> str:
    """The action id of the button that opens the form of this act."""
    return f"{CUSTODY_ACT}:{name}"


def release_field(place: int) -> str:
    """The block of the field for the reference asked for at this place."""
    return f"release_{place}"
