"""The refresh queue: the next places with what puts them there, and the whole of it counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from slack_sdk.models.blocks import Block, ButtonElement

from bot import ids
from bot.grammar import Queue
from bot.render.message import Message, actions, button, escape, header, listed, message, note, section
from bot.render.wording import day, kind_name, month, number, unit_name
from schemas.vocabulary import BauCause, Kind
from services.refresh.queries import QueueCount, QueueLine

PAGE = 20
CAUSES: Mapping[BauCause, str] = {
    BauCause.JOINER: "joiners",
    BauCause.BREAKAGE: "breakage",
    BauCause.LOSS: "loss",
    BauCause.THEFT: "theft",
    BauCause.GROWTH: "growth",
    BauCause.ACCESSIBILITY: "accessibility",
}
_RULES: Mapping[str, str] = {
    "end-of-policy-life": "end of policy life",
    "end-of-model-support": "end of the maker's support",
    "end-of-system-support": "end of its system's support",
    "repeated-failure": "fails again and again",
    "kind-withdrawn": "its kind is withdrawn",
    "out-of-warranty": "out of warranty",
    "battery-worn": "its battery is worn",
}


def queue_line(line: QueueLine, names: Mapping[str, str]) -> str:
    """One place in the queue."""
    parts = [
        f"*{line.place}.* {_what(line)}",
        escape(unit_name(names, line.unit)),
        f"due {day(line.due_on)}",
        escape(why_in_words(line)),
        f"score {line.score}",
        standing(line),
        escape(line.waiting_for),
    ]
    return " · ".join(part for part in parts if part)


def _what(line: QueueLine) -> str:
    """The device; or, where nobody has one yet, which kind is wanted."""
    if line.serial is None and line.model is None:
        return f"a new {kind_name(line.kind)}"
    return f"`{escape(line.serial) or 'no serial'}` {escape(line.model) or kind_name(line.kind)}"


def standing(line: QueueLine) -> str:
    """Ordered, in a released wave, or foreseen for a quarter; empty for what merely waits."""
    if line.status == "ordered":
        by = line.request_reference or line.wave
        return f"ordered ({escape(by)})" if by else "ordered"
    if line.status == "planned":
        return f"released in {escape(line.wave)}" if line.wave else "released"
    if line.planned_for is None:
        return ""
    when = f"planned for {quarter(line.planned_for)}"
    return f"{when} ({escape(line.wave)})" if line.wave else when


def quarter(starts_on: date) -> str:
    """Jan to Mar 2025."""
    return f"{starts_on:%b} to {date(starts_on.year, min(starts_on.month + 2, 12), 1):%b %Y}"


def why_in_words(line: QueueLine) -> str:
    """Which rule, or which request."""
    if line.rule.startswith("request-"):
        reason = line.rule.removeprefix("request-").replace("-", " ")
        return f"request {line.request_reference}: {reason}" if line.request_reference else reason
    return rule_in_words(line.rule)


def rule_in_words(rule: str) -> str:
    """end-of-policy-life → end of policy life."""
    return _RULES.get(rule, rule.replace("-", " "))


def title(asked: Queue, unit: str | None) -> str:
    """What is shown."""
    what = f"Refresh queue, {asked.kind.value}s" if asked.kind else "Refresh queue"
    return f"{what}, {unit}" if unit else what


def render(
    asked: Queue,
    lines: Sequence[QueueLine],
    counts: Sequence[QueueCount],
    names: Mapping[str, str],
    unit: str | None,
) -> Message:
    """The answer to `queue`: one more line than a page tells that there is a next one."""
    whole = sum(each.entries for each in counts)
    name = title(asked, unit)
    if not lines:
        told = "The refresh queue is empty in what you may see." if not whole else "The queue has no place after that."
        return message(f"{name}: {told}", [header(name), section(told), *_first_page(asked)])
    shown = lines[:PAGE]
    blocks: list[Block] = [header(name), section("\n".join(_counted(counts)))]
    blocks.append(listed([queue_line(line, names) for line in shown]))
    blocks.append(actions(*_buttons(asked, shown, more=len(lines) > PAGE)))
    versions = ", ".join(sorted({line.policy_version for line in shown}))
    small = "Places count the whole organisation, so a page stays the same page. `/kit why SERIAL` explains one."
    blocks.append(note(f"Policy version {escape(versions)}. {small}"))
    first, last = number(shown[0].place), number(shown[-1].place)
    return message(f"{name}: {number(whole)} in all, places {first} to {last}", blocks)


def _counted(counts: Sequence[QueueCount]) -> list[str]:
    """Refresh and business as usual apart, by cause; then by kind; then by where it stands."""
    whole, kinds, causes = sum(each.entries for each in counts), Counter[Kind](), Counter[BauCause]()
    held = Counter[str]()
    for each in counts:
        kinds[each.kind] += each.entries
        held["planned" if each.status == "queued" and each.planned_for else each.status] += each.entries
        if each.cause:
            causes[each.cause] += each.entries
    bau = causes.total()
    apart = f": {_joined({CAUSES[cause]: found for cause, found in causes.most_common()})}" if bau else ""
    waits = "not reached by the plan" if _is_planned(counts) else "no wave is planned yet for"
    words = {"ordered": "ordered", "planned": "planned", "queued": waits}
    return [
        f"*{number(whole)}* in all: {number(whole - bau)} refresh, {number(bau)} business as usual{apart}",
        _joined({f"{kind.value}s": found for kind, found in kinds.most_common()}).capitalize(),
        _joined({word: held[key] for key, word in words.items() if held[key]}).capitalize(),
    ]


def _joined(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{word} {number(found)}" for word, found in counted.items())


def _buttons(asked: Queue, shown: Sequence[QueueLine], *, more: bool) -> list[ButtonElement]:
    whole = Queue(kind=asked.kind, unit=asked.unit).line()
    buttons = []
    if more:
        line = Queue(kind=asked.kind, unit=asked.unit, after=shown[-1].place).line()
        buttons.append(button("Next page", ids.ask("queue next"), line))
    if asked.after:
        buttons.append(button("First page", ids.ask("queue first"), whole))
    return [
        *buttons,
        button("Chart", ids.QUEUE_CHART, whole),
        button("CSV", ids.QUEUE_CSV, whole),
        button("XLSX", ids.QUEUE_XLSX, whole),
    ]


def _first_page(asked: Queue) -> list[Block]:
    if not asked.after:
        return []
    return [actions(button("First page", ids.ask("queue first"), Queue(kind=asked.kind, unit=asked.unit).line()))]


def charted_by(counts: Sequence[QueueCount]) -> str:
    """What the chart's columns are."""
    return "By the quarter that the plan foresees" if _is_planned(counts) else "By the month due"


def columns(counts: Sequence[QueueCount]) -> list[tuple[str, Mapping[str, int]]]:
    """For a chart: by the quarter that the plan foresees, each by kind; before there is a plan, by the month due."""
    planned = _is_planned(counts)
    found: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for each in counts:
        found[each.planned_for or date.max if planned else each.month][each.kind.value] += each.entries
    return [(_column(when, planned=planned), parts) for when, parts in sorted(found.items())]


def _is_planned(counts: Sequence[QueueCount]) -> bool:
    return any(each.planned_for for each in counts)


def _column(when: date, *, planned: bool) -> str:
    if when == date.max:
        return "Not reached"
    return quarter(when) if planned else month(when)
