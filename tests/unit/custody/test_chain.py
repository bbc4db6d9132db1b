"""A chain holds, and whatever is done to it shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.custody.rules.chain import START, Link, digest_of, sealed, verify
from services.custody.rules.machine import CUSTODY
from services.machines import NEW

AT = datetime(2024, 11, 4, 9, tzinfo=UTC)


def walk(choices: list[int]) -> list[Link]:
    """A chain along the machine, wherever `choices` lead."""
    links: list[Link] = []
    state, previous = NEW, START
    for number, choice in enumerate(choices, 1):
        steps = CUSTODY.steps_from(state)
        if not steps:
            break
        step = steps[choice % len(steps)]
        link = sealed(
            Link(
                custody_id=UUID(int=1),
                number=number,
                at=AT + timedelta(hours=number),
                cause=step.event,
                source=state,
                target=step.target,
                what=step.does,
                who="helen@x.example",
                place="Depot",
                batch=None,
                details={"b": "2", "a": str(choice)},
                previous=previous,
            )
        )
        links.append(link)
        state, previous = step.target, link.digest
    return links


chains = st.lists(st.integers(0, 30), min_size=2, max_size=8).map(walk).filter(lambda links: len(links) > 1)


@given(chains)
def test_a_chain_as_it_was_made_holds(links: list[Link]) -> None:
    assert verify(links) == []


@given(chains, st.data())
def test_a_changed_link_is_found_even_if_it_is_sealed_again(links: list[Link], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(links) - 1))
    change = data.draw(
        st.sampled_from(
            [{"what": "other"}, {"who": "x"}, {"place": "x"}, {"details": {}}, {"at": AT}, {"batch": "B-9"}]
        )
    )
    changed = msgspec.structs.replace(links[place], **change)
    assert verify([*links[:place], changed, *links[place + 1 :]]) == [f"link {place + 1} was changed"]
    again = verify([*links[:place], sealed(changed), *links[place + 1 :]])
    last = place == len(links) - 1
    assert again == ([] if last else [f"link {place + 2} does not follow from the one before"])


@given(chains, st.data())
def test_a_link_taken_out_or_put_in_elsewhere_is_found(links: list[Link], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(links) - 2))
    assert verify([*links[:place], *links[place + 1 :]]) != []
    assert verify([*links[:place], links[place + 1], links[place], *links[place + 2 :]]) != []
    assert verify([*links[: place + 1], links[place], *links[place + 1 :]]) != []


def test_a_step_that_the_machine_does_not_know_is_found() -> None:
    (came, *_) = walk([1, 0])
    skipped = sealed(
        msgspec.structs.replace(
            came, number=2, cause="resell", source="returned", target="resold", previous=came.digest
        )
    )
    assert verify([came, skipped]) == ["link 2 skips a step: resell from returned to resold"]


def test_the_digest_knows_the_moment_not_the_zone_it_is_written_in() -> None:
    (link, *_) = walk([1, 0])
    summer = link.at.astimezone(timezone(timedelta(hours=1)))
    assert digest_of(msgspec.structs.replace(link, at=summer)) == link.digest


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_the_digest_does_not_depend_on_the_order_of_what_is_kept(order: tuple[str, ...]) -> None:
    (link, *_) = walk([1, 0])
    details = {name: link.details[name] for name in order}
    assert digest_of(msgspec.structs.replace(link, details=details)) == link.digest
