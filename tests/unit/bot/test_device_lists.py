"""Lists of devices as people bring them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.device_lists import checked, read_file, read_pasted
from services.errors import BadInput


def test_names_may_have_anything_usual_between_them() -> None:
    assert read_pasted("5CG1, 5CG2;5CG3\n\n C-4\t5CG1 ") == ["5CG1", "5CG2", "5CG3", "C-4"]


@pytest.mark.parametrize(
    "text",
    [
        "5CG1\n5CG2\n5CG1\n",
        "Serial number,Model\n5CG1,Latitude\n5CG2,Latitude\n",
        "Model;Serial;Note\r\nLatitude;5CG1;\r\nLatitude;5CG2;x\r\n",
        'asset tag\tmodel\n5CG1\tx\n"5CG2"\ty\n',
        "\n\n5CG1\n,\n5CG2\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_the_column_of_names_is_found(text: str, encoding: str) -> None:
    assert read_file(text.encode(encoding), "file") == ["5CG1", "5CG2"]


def test_of_several_columns_the_c_number_goes_first() -> None:
    assert read_file(b"Serial,C-number\n5CG1,C-7\n", "file") == ["C-7"]


def test_a_byte_order_mark_is_no_part_of_a_name() -> None:
    assert read_file("\ufeffSERIAL\n5CG1\n".encode(), "file") == ["5CG1"]


@given(st.binary(max_size=300))
def test_any_file_is_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(BadInput):
        assert all(name.strip() for name in read_file(content, "file"))


def test_what_is_no_text_is_refused_at_its_field() -> None:
    with pytest.raises(BadInput, match="save the sheet as CSV") as refused:
        read_file(b"PK\x03\x04\xff\xff", "devices_file")
    assert refused.value.where == "devices_file"


@pytest.mark.parametrize("names", [[], [str(number) for number in range(5001)]])
def test_none_and_too_many_are_refused(names: list[str]) -> None:
    with pytest.raises(BadInput, match="devices"):
        checked(names, "devices")
