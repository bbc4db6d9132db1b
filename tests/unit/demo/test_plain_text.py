"""Block Kit as lines of text: everything the bot draws stays readable, and no mark of Slack's is left over."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.models.blocks import Option, RadioButtonsElement
from slack_sdk.models.blocks.block_elements import FileInputElement
from slack_sdk.models.views import View

from bot.render.fields import field
from bot.render.message import actions, button, escape, header, listed, message, note, section, table
from bot.render.prefill import Prefill
from bot.render.replacement import form
from bot.render.request_steps import refusal_form
from deploy.local.demo.plain_text import Line, Look, lines_of, tables_of, text_of, unmarked
from tests.fixtures.finance import NOW


def drawn(*blocks: Any) -> list[Line]:
    return lines_of(message("told", blocks).blocks)


def test_a_table_stands_in_columns_with_numbers_to_the_right() -> None:
    lines = drawn(*table(["Kind", "Devices"], [["laptop", "1,821"], ["smartphone", "66"]], numbers_from=1))
    assert [line.text for line in lines] == [
        "Kind        Devices",
        "───────────────────",
        "laptop        1,821",
        "smartphone       66",
    ]
    assert {line.look for line in lines} == {Look.TABLE}


def test_the_cells_of_a_table_can_be_read_back() -> None:
    blocks = message("told", table(["Kind", "Devices"], [["laptop", "1,821"]], numbers_from=1)).blocks
    assert tables_of(blocks) == [[["Kind", "Devices"], ["laptop", "1,821"]]]


def test_headers_small_print_and_buttons_stand_out() -> None:
    blocks = (header("Counts"), note("small"), actions(button("Chart", "a", "v"), button("CSV", "b", "v")))
    assert drawn(*blocks) == [
        Line("Counts", Look.TITLE),
        Line("small", Look.SMALL),
        Line("[ Chart ]  [ CSV ]", Look.BUTTONS),
    ]


def test_each_line_of_a_paragraph_is_a_line() -> None:
    assert [line.text for line in drawn(listed(["*one*", "_two_"]))] == ["one", "two"]


def test_a_section_shows_its_button() -> None:
    assert [line.text for line in drawn(section("Ask", button("Go", "a", "v")))] == ["Ask", "[ Go ]"]


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("*bold* and _slanted_", "bold and slanted"),
        ("`/kit why SERIAL` explains", "/kit why SERIAL explains"),
        ("~over~", "over"),
        (":red_circle: *Late*", "● Late"),
        (":unheard_of: stays", ":unheard_of: stays"),
        ("snake_case_name and 2*3*4", "snake_case_name and 2*3*4"),
        (escape("<@U1> & co"), "<@U1> & co"),
    ],
)
def test_marks_are_taken_off_and_words_are_kept(marked: str, plain: str) -> None:
    assert unmarked(marked) == plain


def test_forms_show_their_fields() -> None:
    shown = text_of(form([], Prefill(), "Desk 4", NOW.date())["blocks"])
    assert "Which device?  ⟨It is not mine, or not listed here ▾⟩" in shown
    assert "Where shall we deliver it?  ⟨Desk 4⟩" in shown
    assert "When do you need it? (optional)  ⟨No fixed day⟩" in shown
    assert "Why do you refuse?" in text_of(refusal_form("R-1", "id")["blocks"])


def test_a_block_that_is_not_drawn_is_named() -> None:
    assert lines_of([{"type": "video"}]) == [Line("[video]", Look.SMALL)]


def test_choices_show_which_is_made_and_a_file_field_asks_for_one() -> None:
    yes, no = Option(value="yes", text="Yes"), Option(value="no", text="No")
    blocks = View(
        type="modal",
        title="T",
        blocks=[
            field("unlocked", "Was it unlocked?", RadioButtonsElement(options=[yes, no], initial_option=no)),
            field("photos", "Photos", FileInputElement(filetypes=["png"])),
        ],
    ).to_dict()["blocks"]
    assert [line.text for line in lines_of(blocks)] == ["Was it unlocked?  ○ Yes  ◉ No", "Photos  ⟨choose a file⟩"]
