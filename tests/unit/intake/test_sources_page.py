from __future__ import annotations

from services.intake.doors import SOURCES
from services.intake.sources_page import PAGE, page


def test_the_committed_page_says_what_the_sources_declare() -> None:
    assert PAGE.read_text() == page(), "run `make contracts`"


def test_every_source_says_all_of_itself() -> None:
    for source in SOURCES:
        told = source.described
        assert all((told.taken, told.proved, told.polled, told.dropped)), source.name
        assert (PAGE.parents[1] / "tests" / "sources" / source.name).is_dir(), f"{source.name} has no folder of tests"
