"""The request policy's document: what it may say, how much anybody may hold, and that nothing in it poses as fact."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.vocabulary import Kind, Role
from services.errors import ConfigurationError, RuleBroken
from services.requests.policy import POLICY_FILE, load_policy
from services.requests.rules.entitled import check_entitlement
from tests.fixtures.request_policies import OWN


def written(tmp_path: Path, change: Any) -> Path:
    content = msgspec.yaml.decode(POLICY_FILE.read_bytes())
    change(content)
    path = tmp_path / "policy.yaml"
    path.write_bytes(msgspec.yaml.encode(content))
    return path


def test_the_document_that_comes_with_the_service_holds_together() -> None:
    assert load_policy().version == OWN.version
    assert set(OWN.bands) == {Kind.LAPTOP, Kind.DESKTOP, Kind.MONITOR, Kind.SMARTPHONE}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda c: c["entitlements"].pop(), "exactly the last must fit everybody"),
        (lambda c: c["entitlements"][0]["may_hold"].pop("laptop"), "every kind"),
        (lambda c: c["verdicts"]["repair"].append("lost"), "is not repaired"),
        (lambda c: c["verdicts"]["from_stock"].append("joiner"), "a manager's to approve"),
        (lambda c: c["instead"]["kinds"].update(laptop="tablet"), "must not be served by another"),
        (lambda c: c["days"].update(until_reminder=14), "a reminder comes before"),
        (lambda c: c["bands"]["laptop"].update(from_pounds=1500), "from must be below to"),
        (lambda c: c["bands"]["laptop"].update(assumed=False), "needs a source"),
        (lambda c: c["bands"]["laptop"].pop("assumed"), "assumed"),
        (lambda c: c.update(prices={}), "prices"),
        (lambda c: c["days"].update(to_hand_back=0), "to_hand_back"),
    ],
)
def test_a_document_that_cannot_hold_is_refused_by_name(tmp_path: Path, change: Any, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        load_policy(written(tmp_path, change))


def test_the_first_entitlement_that_fits_holds(tmp_path: Path) -> None:
    def two_monitors(content: Any) -> None:
        analysts = {
            "name": "analysts",
            "titles": ["*analyst*"],
            "may_hold": {**content["entitlements"][-1]["may_hold"], "monitor": 3},
            "assumed": True,
        }
        content["entitlements"].insert(0, analysts)

    policy = load_policy(written(tmp_path, two_monitors))
    assert policy.entitlement_of({Role.STAFF}, "Crime Analyst").may_hold[Kind.MONITOR] == 3
    assert policy.entitlement_of({Role.STAFF}, "Constable").may_hold[Kind.MONITOR] == 2
    assert policy.entitlement_of({Role.STAFF, Role.PLANNER}, "").may_hold[Kind.LAPTOP] == 2


@settings(deadline=None)
@given(
    st.sampled_from(Kind),
    st.sets(st.sampled_from(Role)),
    st.lists(st.sampled_from(["S1", "S2", "S3"]), max_size=4),
    st.lists(st.sampled_from(["R-1", "R-2"]), max_size=3),
    st.booleans(),
)
def test_nobody_ever_gets_past_their_entitlement(
    kind: Kind, roles: set[Role], holds: list[str], asked: list[str], own: bool
) -> None:
    allowed = OWN.entitlement_of(roles, "").may_hold[kind]
    one_more = partial(
        check_entitlement, OWN, kind, name="Amara", roles=roles, title="", holds=holds, asked=asked, own=own
    )
    if len(holds) + len(asked) + 1 <= allowed:
        one_more()
        return
    with pytest.raises(RuleBroken) as refused:
        one_more()
    assert allowed == 0 or all(each in str(refused.value) for each in [*holds, *asked])


def test_a_refusal_says_what_they_hold_and_what_to_do() -> None:
    def refused(holds: list[str], asked: list[str], *, own: bool) -> str:
        with pytest.raises(RuleBroken) as error:
            check_entitlement(
                OWN, Kind.LAPTOP, name="Amara Osei", roles=(), title="", holds=holds, asked=asked, own=own
            )
        return str(error.value)

    assert refused(["S1"], [], own=True) == (
        "You already have 1 laptop (S1); policy allows 1 laptop."
        " Choose that device in the list if it is to be replaced, or hand it back first."
    )
    assert refused([], ["R-7"], own=False) == (
        "Amara Osei has already asked for one in R-7; policy allows 1 laptop. Follow R-7, or withdraw it first."
    )
    with pytest.raises(RuleBroken, match=r"gives you no tablet\. Ask for a laptop instead"):
        check_entitlement(OWN, Kind.TABLET, name="A", roles=(), title="", holds=[], asked=[], own=True)
