"""Block Kit's limits: each is accepted at its edge and refused one step past it, with the place named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from deploy.local.workspace.blocks.surfaces import block_problems, view_problems, with_ids

Json = dict[str, Any]


def plain(size: int = 1) -> Json:
    return {"type": "plain_text", "text": "x" * size}


def marked(size: int = 1) -> Json:
    return {"type": "mrkdwn", "text": "x" * size}


def option(number: int = 0, size: int = 1) -> Json:
    return {"text": plain(size), "value": f"v{number}"}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain(), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def select(count: int, **more: Any) -> Json:
    return {"type": "static_select", "options": [option(number) for number in range(count)], **more}


EDGES: list[tuple[str, Callable[[int], list[Json]], int]] = [
    ("blocks of a message", lambda n: [{"type": "divider"}] * n, 50),
    ("text of a section", lambda n: [{"type": "section", "text": marked(n)}], 3000),
    ("fields of a section", lambda n: [{"type": "section", "fields": [marked()] * n}], 10),
    ("text of a field", lambda n: [{"type": "section", "fields": [marked(n)]}], 2000),
    ("text of a header", lambda n: [{"type": "header", "text": plain(n)}], 150),
    ("text of a button", lambda n: [actions(button(text=plain(n)))], 75),
    ("value of a button", lambda n: [actions(button(value="x" * n))], 2000),
    ("action id", lambda n: [actions(button(action_id="x" * n))], 255),
    ("block id", lambda n: [{"type": "divider", "block_id": "x" * n}], 255),
    ("elements of actions", lambda n: [actions(*(button() for _ in range(n)))], 25),
    ("elements of a context", lambda n: [{"type": "context", "elements": [marked()] * n}], 10),
    ("options of a menu", lambda n: [actions(select(n))], 100),
    ("text of an option", lambda n: [actions({"type": "static_select", "options": [option(0, n)]})], 75),
    ("placeholder", lambda n: [actions(select(1, placeholder=plain(n)))], 150),
    (
        "options of an overflow",
        lambda n: [actions({"type": "overflow", "options": [option(k) for k in range(n)]})],
        5,
    ),
    (
        "options of checkboxes",
        lambda n: [actions({"type": "checkboxes", "options": [option(k) for k in range(n)]})],
        10,
    ),
    (
        "alt text",
        lambda n: [{"type": "image", "image_url": "https://a.example/b.png", "alt_text": "x" * n}],
        2000,
    ),
    ("title of a question", lambda n: [actions(button(confirm={"title": plain(n), "text": marked()}))], 100),
    ("text of a question", lambda n: [actions(button(confirm={"title": plain(), "text": marked(n)}))], 300),
    (
        "rows of a table",
        lambda n: [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * n}],
        100,
    ),
    ("cells of a row", lambda n: [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * n]}], 20),
]


@pytest.mark.parametrize(("what", "blocks", "most"), EDGES, ids=[edge[0] for edge in EDGES])
def test_edges(what: str, blocks: Callable[[int], list[Json]], most: int) -> None:
    assert block_problems(blocks(most)) == []
    problems = block_problems(blocks(most + 1))
    assert len(problems) == 1
    assert f" {most} items" in problems[0] or f"less than {most + 1} " in problems[0]


REFUSED: list[tuple[str, list[Any], str]] = [
    ("must provide an object", ["text"], "/blocks/0"),
    ("missing required field: type", [{"text": plain()}], "/blocks/0"),
    ("unsupported type: sextion", [{"type": "sextion"}], "/blocks/0/type"),
    (
        "unsupported type: input",
        [{"type": "input", "label": plain(), "element": select(1)}],
        "/blocks/0/type",
    ),
    ("invalid additional property: colour", [{"type": "divider", "colour": "red"}], "/blocks/0"),
    ("missing required field: text", [{"type": "header"}], "/blocks/0"),
    ("at least one of these fields is required: text, fields", [{"type": "section"}], "/blocks/0"),
    ("unsupported type: mrkdwn", [{"type": "header", "text": marked()}], "/blocks/0/text/type"),
    ("must be more than 0 characters", [{"type": "section", "text": marked(0)}], "/blocks/0/text/text"),
    ("must be one of: primary, danger", [actions(button(style="loud"))], "/blocks/0/elements/0/style"),
    (
        "unsupported type: plain_text_input",
        [actions({"type": "plain_text_input"})],
        "/blocks/0/elements/0/type",
    ),
    ("no fewer than 1 items allowed", [actions()], "/blocks/0/elements"),
    ("must be a valid URL", [actions(button(url="javascript:alert(1)"))], "/blocks/0/elements/0/url"),
    (
        "must be a date in the form YYYY-MM-DD",
        [actions({"type": "datepicker", "initial_date": "1 May"})],
        "/blocks/0/elements/0/initial_date",
    ),
    (
        "option values must be unique",
        [actions({"type": "static_select", "options": [option(), option()]})],
        "/blocks/0/elements/0",
    ),
    (
        "initial option must match an option of the element",
        [actions(select(2, initial_option=option(7)))],
        "/blocks/0/elements/0",
    ),
    (
        "exactly one of these fields is required: options, option_groups",
        [actions({"type": "static_select"})],
        "/blocks/0/elements/0",
    ),
    (
        "exactly one of these fields is required: image_url, slack_file",
        [{"type": "image", "alt_text": "x"}],
        "/blocks/0",
    ),
    (
        'block_id "a" already exists',
        [{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}],
        "/blocks/1/block_id",
    ),
    (
        'action_id "a" already exists for this block',
        [actions(button(action_id="a"), button(action_id="a"))],
        "/blocks/0",
    ),
    (
        "all rows must have the same number of cells",
        [
            {
                "type": "table",
                "rows": [[{"type": "raw_text", "text": "x"}], [{"type": "raw_text", "text": "x"}] * 2],
            }
        ],
        "/blocks/0/rows",
    ),
    (
        "only one table block is allowed in a message",
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}] * 2,
        "/blocks",
    ),
    (
        "unsupported type: rich_text_poem",
        [{"type": "rich_text", "elements": [{"type": "rich_text_poem"}]}],
        "/blocks/0/elements/0/type",
    ),
    (
        "must provide a boolean",
        [{"type": "section", "text": {**plain(), "emoji": "yes"}}],
        "/blocks/0/text/emoji",
    ),
]


@pytest.mark.parametrize(("problem", "blocks", "pointer"), REFUSED, ids=[case[0] for case in REFUSED])
def test_refusals_say_what_and_where(problem: str, blocks: list[Any], pointer: str) -> None:
    assert block_problems(blocks) == [f"{problem} [json-pointer:{pointer}]"]


def modal(**more: Any) -> Json:
    return {"type": "modal", "title": plain(), "blocks": [{"type": "divider"}], **more}


VIEW_EDGES: list[tuple[str, Callable[[int], Json], int]] = [
    ("title", lambda n: modal(title=plain(n)), 24),
    ("submit", lambda n: modal(submit=plain(n)), 24),
    ("close", lambda n: modal(close=plain(n)), 24),
    ("callback id", lambda n: modal(callback_id="x" * n), 255),
    ("private metadata", lambda n: modal(private_metadata="x" * n), 3000),
    ("blocks", lambda n: modal(blocks=[{"type": "divider"}] * n), 100),
]


@pytest.mark.parametrize(("what", "view", "most"), VIEW_EDGES, ids=[edge[0] for edge in VIEW_EDGES])
def test_view_edges(what: str, view: Callable[[int], Json], most: int) -> None:
    assert view_problems(view(most), "modal") == []
    assert len(view_problems(view(most + 1), "modal")) == 1


def test_views_of_the_wrong_kind() -> None:
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    assert view_problems(home, "home") == []
    assert view_problems(home, "modal") == ["unsupported type: home [json-pointer:/view/type]"]
    assert view_problems({**home, "title": plain()}, "home") == [
        "invalid additional property: title [json-pointer:/view]"
    ]
    assert view_problems([], "modal") == ["must provide an object [json-pointer:/view]"]


def test_inputs_need_a_submit_button() -> None:
    field = {"type": "input", "label": plain(), "element": {"type": "plain_text_input"}}
    assert view_problems(modal(blocks=[field]), "modal") == ["missing required field: submit [json-pointer:/view]"]
    assert view_problems(modal(blocks=[field], submit=plain()), "modal") == []


def test_missing_ids_are_filled_in_and_given_ones_kept() -> None:
    numbers = iter(range(9))
    blocks = [actions(button(action_id="mine"), button()), {"type": "divider", "block_id": "line"}]
    filled = with_ids(blocks, lambda: f"new{next(numbers)}")
    assert [element["action_id"] for element in filled[0]["elements"]] == ["mine", "new1"]
    assert [block["block_id"] for block in filled] == ["new0", "line"]
    assert "block_id" not in blocks[0], "what the app sent is left as it was"
