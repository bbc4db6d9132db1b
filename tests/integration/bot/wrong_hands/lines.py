"""The table: a line for each button, form, shortcut and command that the bot listens to. What it carries, and for whom
it is; a listener without a line fails the test.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from enum import StrEnum
from typing import Any, Literal

from bot import ids
from services.custody.rules.machine import Cause as Custody
from services.losses.rules.machine import Cause as Loss
from services.losses.rules.machine import LossState
from services.requests.rules.machine import Cause, Status
from tests.fixtures.people import email_of, small_directory
from tests.integration.bot.wrong_hands.forger import Forger, Json, chosen, text, user_id
from tests.integration.bot.wrong_hands.scene import Scene
from tests.integration.custody import test_every_step_by_command as custody
from tests.integration.losses import test_every_step_by_command as losses
from tests.integration.requests import test_every_step_by_command as requests

AMARA, TOM, PRIYA, DANIEL = "Amara Osei", "Tom Whitfield", "Priya Nair", "Daniel Reyes"
HELEN, IDRIS, CATHERINE, RUTH, UNA = "Helen Marsh", "Idris Bello", "Catherine Doyle", "Ruth Adeyemi", "Una Known"
PEOPLE = (AMARA, TOM, PRIYA, DANIEL, HELEN, IDRIS, CATHERINE, RUTH, UNA)
"""Amara is staff in a unit of Priya's; Tom and Daniel are the same elsewhere; the directory does not know Una."""
DIRECTS, KEEPS_BOOKS = (CATHERINE,), (IDRIS, CATHERINE)
LOOKS_UP = (PRIYA, HELEN, IDRIS, CATHERINE, RUTH)
PAST = "2023/24"
SEES_ALL = (HELEN, IDRIS, CATHERINE, RUTH)

Means = Callable[[str], Json]
"""The payload, by the address of who sends it."""
Ends = Literal["changes", "opens", "file", "answers"]


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """`listener` is its id. `made` makes a new thing and answers the payload about it. `ends` is what it comes to in
    the right hands; `opens` the form that comes up. `neither` may press it, and it does nothing for them.
    """

    listener: str
    made: Callable[[Scene, Forger], Awaitable[Means]]
    right: Collection[str]
    ends: Ends
    opens: str = ""
    neither: Collection[str] = ()
    about: str = ""

    @property
    def name(self) -> str:
        """What a failure calls it."""
        return f"{self.listener} {self.about}".strip()

    @property
    def wrong(self) -> list[str]:
        """For whom it is not."""
        return [name for name in PEOPLE if name not in self.right and name not in self.neither]


def address(name: str) -> str:
    """Somebody's address; hers whom the directory does not know is of another house."""
    return email_of(name) if small_directory().person(email_of(name)) else "una.known@elsewhere.example"


def button(listener: str, value: Callable[[Scene], Awaitable[str]], **line: Any) -> Line:
    """A button, by what it carries."""

    async def made(scene: Scene, forger: Forger) -> Means:
        carried = await value(scene)
        return lambda email: forger.pressed(email, listener, carried)

    return Line(listener, made, **line)


def form(listener: str, carried: Callable[[Scene], Awaitable[tuple[str, Mapping[str, Json]]]], **line: Any) -> Line:
    """A form that is sent, by its metadata and what is filled in."""

    async def made(scene: Scene, forger: Forger) -> Means:
        metadata, values = await carried(scene)
        return lambda email: forger.filled(email, listener, metadata, values)

    return Line(listener, made, **{"ends": "changes", **line})


async def nothing(_scene: Scene) -> str:
    """What a button carries that needs to carry nothing."""
    return "x"


def says(words: str) -> Callable[[Scene], Awaitable[str]]:
    """What a button carries that asks in words."""

    async def said(_scene: Scene) -> str:
        return words

    return said


def theirs(people: Mapping[str, Any], machine: Any, state: str, cause: StrEnum) -> list[str]:
    """Whom the machine gives this step."""
    return [
        name
        for name, actors in people.items()
        if any(step.event == cause and step.who & frozenset(actors) for step in machine.steps_from(state))
    ]


def of_requests() -> Iterable[Line]:
    """The steps of requests, each about one that stands where it may be taken."""
    presses: list[tuple[str, Status, Cause, str]] = [
        (ids.APPROVE, Status.WAITING_FOR_APPROVAL, Cause.APPROVE, ""),
        (ids.REFUSE, Status.WAITING_FOR_APPROVAL, Cause.REFUSE, ids.VIEW_REFUSE),
        (ids.ASK_BACK, Status.WAITING_FOR_APPROVAL, Cause.ASK, ids.VIEW_WORDS),
        (ids.ANSWER, Status.QUESTION_ASKED, Cause.ANSWER, ids.VIEW_WORDS),
        (ids.INSIST, Status.WAITING_FOR_WAVE, Cause.INSIST, ids.VIEW_WORDS),
        (ids.NOT_REPAIRED, Status.WAITING_FOR_REPAIR, Cause.NOT_REPAIRED, ids.VIEW_WORDS),
        (ids.REPAIRED, Status.WAITING_FOR_REPAIR, Cause.REPAIRED, ""),
        (ids.WITHDRAW, Status.WAITING_FOR_APPROVAL, Cause.WITHDRAW, ""),
        (ids.ALLOCATE, Status.ORDERED, Cause.ALLOCATE, ids.VIEW_ALLOCATE),
        (ids.CANCEL_ORDER, Status.ORDERED, Cause.CANCEL, ids.VIEW_CANCEL_ORDER),
        (ids.SHIP, Status.ALLOCATED, Cause.SHIP, ids.VIEW_SHIP),
        (ids.RECEIVE, Status.SHIPPED, Cause.RECEIVE, ""),
        (ids.CHECK_SETTINGS, Status.WAITING_FOR_CHECK, Cause.CHECK, ""),
        (ids.TAKE_BACK, Status.RETURN_DUE, Cause.RETURNED, ""),
        (ids.KEEP_DEVICE, Status.RETURN_DUE, Cause.KEEP, ids.VIEW_WORDS),
        (ids.CALL_OFF_RECLAIM, Status.RETURN_DUE, Cause.CALL_OFF, ""),
    ]
    for action, state, cause, opens in presses:
        yield button(
            action,
            lambda scene, state=state, cause=cause: scene.request(state, cause),
            right=theirs(requests.PEOPLE, requests.MACHINE, state, cause),
            ends="opens" if opens else "changes",
            opens=opens,
        )

    async def photo(scene: Scene, forger: Forger) -> Means:
        request = await scene.photographed(forger.photo(address(AMARA)))
        return lambda email: forger.pressed(email, ids.SHOW_PHOTOS, request)

    yield Line(ids.SHOW_PHOTOS, photo, right=(AMARA, PRIYA, CATHERINE, RUTH), ends="file")
    fills: list[tuple[str, Status, Cause, str, dict[str, Json]]] = [
        (ids.VIEW_REFUSE, Status.WAITING_FOR_APPROVAL, Cause.REFUSE, "", {ids.BLOCK_REFUSAL: text("No")}),
        (ids.VIEW_SHIP, Status.ALLOCATED, Cause.SHIP, "", {ids.BLOCK_CARRIER: text("Van 3")}),
        (ids.VIEW_CANCEL_ORDER, Status.ORDERED, Cause.CANCEL, "", {ids.BLOCK_WHY: text("Not needed")}),
        (ids.VIEW_ALLOCATE, Status.ORDERED, Cause.ALLOCATE, "", {}),
    ]
    steps = ((Cause.ASK, Status.WAITING_FOR_APPROVAL), (Cause.ANSWER, Status.QUESTION_ASKED))
    steps += ((Cause.INSIST, Status.WAITING_FOR_WAVE), (Cause.NOT_REPAIRED, Status.WAITING_FOR_REPAIR))
    steps += ((Cause.KEEP, Status.RETURN_DUE),)
    fills += [(ids.VIEW_WORDS, state, cause, f"{cause}|", {ids.BLOCK_WORDS: text("So")}) for cause, state in steps]
    for callback, state, cause, before, values in fills:

        async def carried(
            scene: Scene, state: Status = state, cause: Cause = cause, before: str = before, values: Any = values
        ) -> tuple[str, Mapping[str, Json]]:
            request = await scene.request(state, cause)
            if cause is Cause.ALLOCATE:
                return request, {ids.BLOCK_SERIAL: text(scene.shelved(request))}
            return f"{before}{request}", values

        yield form(callback, carried, right=theirs(requests.PEOPLE, requests.MACHINE, state, cause), about=str(cause))


def of_losses() -> Iterable[Line]:
    """The steps of losses."""
    presses: list[tuple[str, LossState, Loss, str]] = [
        (ids.LOSS_TELL, LossState.REPORTED, Loss.TELL_MORE, ids.VIEW_LOSS),
        (ids.LOSS_WRITE_OFF, LossState.REPORTED, Loss.WRITE_OFF, ids.VIEW_WRITE_OFF),
        (ids.LOSS_LOCK_AGAIN, LossState.REPORTED, Loss.LOCK_AGAIN, ""),
        (ids.LOSS_ASK_WIPE, LossState.REPORTED, Loss.ASK_WIPE, ""),
        (ids.LOSS_CONFIRM_WIPE, LossState.WIPE_ASKED, Loss.CONFIRM_WIPE, ""),
        (ids.LOSS_CALL_OFF, LossState.WIPE_ASKED, Loss.CALL_OFF, ""),
        (ids.LOSS_FOUND, LossState.REPORTED, Loss.FIND, ""),
    ]
    for action, state, cause, opens in presses:
        yield button(
            action,
            lambda scene, state=state, cause=cause: scene.loss(state, cause),
            right=theirs(losses.PEOPLE, losses.LOSS, state, cause),
            ends="opens" if opens else "changes",
            opens=opens,
        )

    async def told(scene: Scene) -> tuple[str, Mapping[str, Json]]:
        loss = await scene.loss(LossState.REPORTED, Loss.TELL_MORE)
        held = json.dumps({"loss_id": loss, "asks_replacement": False})
        return held, {ids.BLOCK_LAST_SEEN_WHERE: text("Acton")}

    async def given_up(scene: Scene) -> tuple[str, Mapping[str, Json]]:
        return await scene.loss(LossState.REPORTED, Loss.WRITE_OFF), {ids.BLOCK_WHY: text("It will not come back")}

    right = theirs(losses.PEOPLE, losses.LOSS, LossState.REPORTED, Loss.TELL_MORE)
    yield form(ids.VIEW_LOSS, told, right=right)
    right = theirs(losses.PEOPLE, losses.LOSS, LossState.REPORTED, Loss.WRITE_OFF)
    yield form(ids.VIEW_WRITE_OFF, given_up, right=right)


def of_custody() -> Iterable[Line]:
    """Acts in custody, and the papers with them."""

    async def act(scene: Scene) -> str:
        return f"custody act send to destruction on {await scene.record('returned')}"

    async def choice(scene: Scene) -> tuple[str, Mapping[str, Json]]:
        await scene.record("returned")
        return "custody act on returned", {ids.BLOCK_ACT: chosen(str(Custody.SEND_TO_DESTRUCTION))}

    async def filled(scene: Scene) -> tuple[str, Mapping[str, Json]]:
        return await act(scene), {ids.BLOCK_PLACE: text("Cage 1")}

    async def listed(scene: Scene) -> tuple[str, Mapping[str, Json]]:
        pasted = {ids.BLOCK_DEVICES: text(await scene.record("returned"))}
        return "custody act send to destruction", pasted | {ids.BLOCK_PLACE: text("Cage 1")}

    async def resold(scene: Scene) -> tuple[str, Mapping[str, Json]]:
        record = await scene.record("reviewed", Custody.RESELL)
        return f"custody act resell on {record}", {ids.BLOCK_PROCEEDS: text("£81")}

    async def proof(scene: Scene) -> str:
        return str(scene.certificate)

    async def certified(scene: Scene) -> str:
        return await scene.record("sanitised")

    # A form that names its act opens for those whose act it is; others learn so before they fill it in.
    destroys = theirs(custody.PEOPLE, custody.CUSTODY, "returned", Custody.SEND_TO_DESTRUCTION)
    sells = theirs(custody.PEOPLE, custody.CUSTODY, "reviewed", Custody.RESELL)
    yield button(ids.custody_act("destroy"), act, right=destroys, ends="opens", opens=ids.VIEW_CUSTODY_ACT)
    yield form(ids.VIEW_CUSTODY_CHOICE, choice, right=destroys, ends="answers")
    yield form(ids.VIEW_CUSTODY_ACT, filled, right=destroys, about="on one")
    yield form(ids.VIEW_CUSTODY_ACT, listed, right=destroys, about="on a list")
    yield form(ids.VIEW_CUSTODY_ACT, resold, right=sells, about="resell")
    yield button(ids.CUSTODY_CERTIFICATE, certified, right=SEES_ALL, ends="file", about="of a device")
    yield button(ids.CUSTODY_CERTIFICATE, Scene.batch, right=SEES_ALL, ends="file", about="of a batch")
    yield button(ids.CUSTODY_PROOF, proof, right=SEES_ALL, ends="file")
    yield button(ids.CUSTODY_CSV, says("custody returned"), right=LOOKS_UP, ends="file", neither=(DANIEL,))
    for action in (ids.DISPOSALS_CSV, ids.DISPOSALS_XLSX):
        yield button(action, says("disposals 2024/25"), right=SEES_ALL, ends="file")


def of_files() -> Iterable[Line]:
    """Charts and files of one unit, of which the manager of another gets none; and of the year's money."""
    unit = "central-west-response"
    for actions, line in (
        ((ids.COUNTS_CHART, ids.COUNTS_CSV), f"counts by kind in {unit}"),
        ((ids.QUEUE_CHART, ids.QUEUE_CSV, ids.QUEUE_XLSX), f"queue in {unit}"),
        ((ids.DUE_CHART, ids.DUE_CSV, ids.DUE_XLSX), f"due in {unit}"),
        ((ids.IDLE_CSV, ids.IDLE_XLSX), f"idle in {unit}"),
        ((ids.SURPLUS_CSV, ids.SURPLUS_XLSX), f"surplus in {unit}"),
    ):
        for action in actions:
            yield button(action, says(line), right=LOOKS_UP, ends="file")
    yield button(ids.AUDIT_CSV, says("audit SN0001"), right=(CATHERINE, RUTH), ends="file")
    for action in (ids.BUDGET_CHART, ids.BUDGET_CSV, ids.BUDGET_XLSX):
        yield button(action, says("budget"), right=(*LOOKS_UP, DANIEL), ends="file")
    yield button(ids.BUDGET_CSV, says("budget by kind"), right=(IDRIS, CATHERINE, RUTH), ends="file", about="by kind")

    async def wave(scene: Scene) -> str:
        return (await scene.wave())[0]

    for action in (ids.WAVE_CHART, ids.WAVE_CSV, ids.WAVE_XLSX):
        yield button(action, wave, right=SEES_ALL, ends="file")
    yield button(ids.WAVE_RELEASE, wave, right=DIRECTS, ends="opens", opens=ids.VIEW_RELEASE)
    yield button(ids.WAVE_SEND_BACK, wave, right=DIRECTS, ends="opens", opens=ids.VIEW_SEND_BACK)

    async def released(scene: Scene) -> tuple[str, Mapping[str, Json]]:
        name, wave_id = await scene.wave()
        return json.dumps({"wave_id": wave_id, "wave": name}), {}

    async def sent_back(scene: Scene) -> tuple[str, Mapping[str, Json]]:
        return (await scene.wave())[1], {ids.BLOCK_WHY: text("Fewer")}

    yield form(ids.VIEW_SEND_BACK, sent_back, right=DIRECTS)
    yield form(ids.VIEW_RELEASE, released, right=DIRECTS)


def of_books() -> Iterable[Line]:
    """Acts on the books."""

    async def reversing(scene: Scene) -> str:
        return f"reverse {await scene.order()}"

    async def reversed_(scene: Scene) -> tuple[str, Mapping[str, Json]]:
        return await scene.order(), {ids.BLOCK_WHY: text("Keyed twice")}

    async def rolling(scene: Scene) -> tuple[str, Mapping[str, Json]]:
        await scene.order(PAST)
        return PAST, {ids.BLOCK_WHY: text("Year end")}

    def filled(metadata: str, **values: Json) -> Callable[[Scene], Awaitable[tuple[str, Mapping[str, Json]]]]:
        async def made(_scene: Scene) -> tuple[str, Mapping[str, Json]]:
            return metadata, values | {ids.BLOCK_WHY: text("A flood")}

        return made

    yield button(ids.OVERRIDE, says("override"), right=DIRECTS, ends="opens", opens=ids.VIEW_OVERRIDE)
    yield button(ids.VIREMENT, says("virement"), right=DIRECTS, ends="opens", opens=ids.VIEW_VIREMENT)
    yield button(ids.ROLL_OVER, says("rollover 2024/25"), right=KEEPS_BOOKS, ends="opens", opens=ids.VIEW_ROLL_OVER)
    yield button(ids.REVERSE, reversing, right=KEEPS_BOOKS, ends="opens", opens=ids.VIEW_REVERSE)
    limit = {ids.BLOCK_LIMIT: chosen("kind|laptop"), ids.BLOCK_EXTRA: text("25")}
    yield form(ids.VIEW_OVERRIDE, filled("2024/25", **limit), right=DIRECTS)
    lines = {ids.BLOCK_FROM: chosen("refresh-and-bau"), ids.BLOCK_TO: chosen("tablet-replacement")}
    yield form(ids.VIEW_VIREMENT, filled("2024/25", **lines, **{ids.BLOCK_EXTRA: text("£1,000")}), right=DIRECTS)
    yield form(ids.VIEW_ROLL_OVER, rolling, right=KEEPS_BOOKS)
    yield form(ids.VIEW_REVERSE, reversed_, right=KEEPS_BOOKS)


def of_records() -> Iterable[Line]:
    """Conflicts and dead letters."""
    settles, looks = (HELEN, CATHERINE), (HELEN, CATHERINE, RUTH)

    async def conflict(scene: Scene) -> str:
        return (await scene.conflict())[0]

    async def split(scene: Scene) -> str:
        return "\n".join(await scene.conflict())

    async def letter(scene: Scene) -> str:
        return (await scene.letter())[0]

    async def letters(scene: Scene) -> str:
        return (await scene.letter())[1]

    yield button(ids.CONFLICT_ONE_DEVICE, conflict, right=settles, ends="changes")
    yield button(ids.conflict_split(1), split, right=settles, ends="changes")
    yield button(ids.DEAD_LETTER_SHOW, letter, right=looks, ends="opens", opens=ids.VIEW_DEAD_LETTER)
    for action in (ids.DEAD_LETTER_REPLAY, ids.DEAD_LETTER_DISCARD):
        yield button(action, letter, right=settles, ends="answers" if "replay" in action else "changes")
    for action in (ids.DEAD_LETTERS_REPLAY, ids.DEAD_LETTERS_DISCARD):
        yield button(action, letters, right=settles, ends="answers" if "replay" in action else "changes")


def of_asking() -> Iterable[Line]:
    """What leads to a request, to a cover or to somebody's leaving; and questions as buttons and as words."""

    async def leaver(scene: Scene) -> str:
        await scene.device()
        return address(AMARA)

    async def leaves(scene: Scene) -> tuple[str, Mapping[str, Json]]:
        return "", {ids.BLOCK_WHO_EMAIL: text(await leaver(scene))}

    async def asked(scene: Scene) -> tuple[str, Mapping[str, Json]]:
        values = {ids.BLOCK_DEVICE: chosen(f"{await scene.device()}|laptop"), ids.BLOCK_REASON: chosen("broken")}
        return "", values | {ids.BLOCK_EXPLANATION: text("It fell"), ids.BLOCK_DELIVERY: text("Desk 4")}

    async def reclaimed(scene: Scene) -> str:
        return str(await scene.device())

    async def asked_back(scene: Scene) -> tuple[str, Mapping[str, Json]]:
        return str(await scene.device()), {ids.BLOCK_WHY: text("Not seen for weeks")}

    async def covered(scene: Scene) -> str:
        await scene.cover()
        return "x"

    async def shortcut(_scene: Scene, forger: Forger) -> Means:
        return lambda email: forger.shortcut(email, ids.SHORTCUT_REPLACE)

    async def of_message(_scene: Scene, forger: Forger) -> Means:
        return lambda email: forger.shortcut(email, ids.SHORTCUT_REPLACE_MESSAGE, {"text": "My laptop is broken"})

    # A manager or planner may say it of anybody; of whom they do not see, nothing comes of it.
    elsewhere = (DANIEL,)
    yield button(ids.leaves(0), leaver, right=(PRIYA, HELEN), ends="changes", neither=elsewhere)
    yield form(ids.VIEW_LEAVES, leaves, right=(PRIYA, HELEN), neither=elsewhere)
    yield button(
        ids.SOMEBODY_LEAVES, nothing, right=(PRIYA, HELEN), neither=elsewhere, ends="opens", opens=ids.VIEW_LEAVES
    )
    yield button(ids.reclaim(1), reclaimed, right=(PRIYA, HELEN), ends="opens", opens=ids.VIEW_RECLAIM)
    yield form(ids.VIEW_RECLAIM, asked_back, right=(PRIYA, HELEN))
    yield form(ids.VIEW_REPLACE, asked, right=(AMARA, PRIYA))
    yield button(ids.COVER_OFF, covered, right=(PRIYA,), neither=set(PEOPLE) - {PRIYA}, ends="changes")
    yield button(ids.REPLACE, says("broken|laptop|dark"), right=PEOPLE, ends="opens", opens=ids.VIEW_REPLACE)
    yield Line(ids.SHORTCUT_REPLACE, shortcut, PEOPLE, "opens", ids.VIEW_REPLACE)
    yield Line(ids.SHORTCUT_REPLACE_MESSAGE, of_message, PEOPLE, "opens", ids.VIEW_REPLACE)
    for block in (ids.BLOCK_REASON, ids.BLOCK_DEVICE, ids.BLOCK_ACCESSIBILITY):
        yield Line(block, _choosing(block), PEOPLE, "answers")
    yield button(ids.ask("counts"), says("counts in central-west-response"), right=LOOKS_UP, ends="answers")
    yield from _words()


def _choosing(block: str) -> Callable[[Scene, Forger], Awaitable[Means]]:
    """A choice in the form that asks for a device: it draws the form anew, which is not on screen any more."""

    async def made(_scene: Scene, forger: Forger) -> Means:
        def means(email: str) -> Json:
            view = forger.filled(email, ids.VIEW_REPLACE, "", {ids.BLOCK_REASON: chosen("broken")})["view"]
            return forger.pressed(email, block, "x", block_id=block, view=view, response_url=None)

        return means

    return made


def _words() -> Iterable[Line]:
    """What is typed after `/kit`, by who may ask it."""
    asks: list[tuple[Callable[[Scene], Awaitable[str]], Collection[str]]] = []

    async def request(scene: Scene) -> str:
        return f"request {await scene.reference(await scene.request('waiting_for_approval', Cause.APPROVE))}"

    async def record(scene: Scene) -> str:
        return f"custody {await scene.record('returned')}"

    async def batch(scene: Scene) -> str:
        return f"custody batch {await scene.batch()}"

    async def find(scene: Scene) -> str:
        return f"find {await scene.serial(await scene.device())}"

    async def loss(scene: Scene) -> str:
        return f"loss {await scene.loss_reference(await scene.loss(LossState.REPORTED, Loss.TELL_MORE))}"

    async def audit(scene: Scene) -> str:
        return f"audit {await scene.serial(await scene.device())}"

    asks += [(request, (AMARA, *LOOKS_UP)), (record, LOOKS_UP), (batch, SEES_ALL), (find, (AMARA, *LOOKS_UP))]
    asks += [(loss, (AMARA, PRIYA, HELEN, CATHERINE, RUTH)), (says("why SN0001"), LOOKS_UP)]
    asks += [(says("contracts"), (IDRIS, CATHERINE, RUTH)), (says("acts"), (IDRIS, CATHERINE, RUTH))]
    asks += [(says("deliveries"), (HELEN, CATHERINE, RUTH)), (says("conflicts"), (HELEN, CATHERINE, RUTH))]
    asks += [(says("deadletters"), (HELEN, CATHERINE, RUTH)), (says("waves"), SEES_ALL), (says("disposals"), SEES_ALL)]
    asks += [(audit, (CATHERINE, RUTH)), (says("audit Amara Osei"), (CATHERINE, RUTH))]
    asks += [(says("losses"), (PRIYA, DANIEL, HELEN, CATHERINE, RUTH)), (says("budget by unit"), (*KEEPS_BOOKS, RUTH))]
    asks += [(says("idle in central-west 60 days"), LOOKS_UP), (says("surplus in central-west"), LOOKS_UP)]
    asks += [(says("leavers in central-west"), LOOKS_UP), (says("due in central-west"), LOOKS_UP)]
    for number, (words, right) in enumerate(asks):

        async def made(scene: Scene, forger: Forger, words: Any = words) -> Means:
            said = await words(scene)
            return lambda email: forger.command(email, said)

        about = getattr(words, "__name__", "") if words.__name__ != "said" else f"{number}"
        yield Line(ids.COMMAND, made, right, "answers", about=about)


def of_alerts() -> Iterable[Line]:
    """What people do about alerts: who owns one, who manages its unit, who works in its channel."""
    alerts: list[tuple[str, dict[str, Any], Collection[str]]] = [
        ("of a unit", {}, (PRIYA, HELEN, CATHERINE)),
        ("of a budget", {"audience": "budget", "unit": None}, (HELEN, IDRIS, CATHERINE)),
        ("of contracts", {"audience": "commercial", "unit": None}, (IDRIS, CATHERINE)),
        ("of sources", {"audience": "operations", "unit": None}, (HELEN, CATHERINE)),
        ("of a person", {"owner": address(PRIYA), "in_channel": False, "unit": None}, (PRIYA, HELEN, CATHERINE)),
    ]
    picked = {"type": "users_select", "selected_user": user_id(address(CATHERINE))}
    takes = {ids.BLOCK_ASSIGNEE: picked}
    sleeps = {ids.BLOCK_SNOOZE: chosen("tomorrow")}
    for about, fields, right in alerts:

        async def carried(scene: Scene, fields: dict[str, Any] = fields) -> str:
            return await scene.alert(**fields)

        async def snoozing(scene: Scene, made: Any = carried) -> tuple[str, Mapping[str, Json]]:
            return await made(scene), sleeps

        async def giving(scene: Scene, made: Any = carried) -> tuple[str, Mapping[str, Json]]:
            return await made(scene), takes

        yield button(ids.ALERT_ACKNOWLEDGE, carried, right=right, ends="changes", about=about)
        yield button(ids.ALERT_SNOOZE, carried, right=right, ends="opens", opens=ids.VIEW_SNOOZE, about=about)
        yield button(ids.ALERT_ASSIGN, carried, right=right, ends="opens", opens=ids.VIEW_ASSIGN, about=about)
        yield form(ids.VIEW_SNOOZE, snoozing, right=right, about=about)
        yield form(ids.VIEW_ASSIGN, giving, right=right, about=about)


def every_line() -> list[Line]:
    """The table."""
    parts = (of_requests, of_losses, of_custody, of_files, of_books, of_records, of_alerts, of_asking)
    return [line for part in parts for line in part()]
