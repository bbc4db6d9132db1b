"""Whose word Slack's answer about somebody is taken for."""

from __future__ import annotations

from typing import Any

import pytest

from bot.people import People
from schemas.vocabulary import Role
from services.errors import BadInput
from tests.fixtures.people import email_of, small_directory

CATHERINE = email_of("Catherine Doyle")


class Slack:
    """Answers what a real workspace would of one person; `told` is that person."""

    def __init__(self, enterprise: str | None = None, **told: Any) -> None:
        self._told = {"team_id": "T1", "profile": {"email": CATHERINE}} | told
        self._enterprise = enterprise

    async def users_info(self, user: str) -> dict[str, Any]:
        return {"user": self._told | {"id": user}}

    async def auth_test(self) -> dict[str, Any]:
        return {"team_id": "T1", "enterprise_id": self._enterprise}


def people(slack: Slack) -> People:
    return People(slack, small_directory())  # type: ignore[arg-type] - as much of a client as it needs


@pytest.mark.parametrize(
    "told",
    [
        {"deleted": True},
        {"is_bot": True},
        {"is_stranger": True},
        {"team_id": "T2"},
        {"team_id": "T2", "enterprise_user": {"enterprise_id": "E2"}},
        {"profile": {}},
    ],
)
async def test_an_address_that_nobody_here_vouches_for_opens_nothing(told: dict[str, Any]) -> None:
    found = await people(Slack("E1", **told)).viewer("U1")
    assert found.roles == {Role.STAFF}
    assert found.units == ()
    assert found.email != CATHERINE
    with pytest.raises(BadInput, match="choose somebody else"):
        await people(Slack("E1", **told)).picked("U1")


@pytest.mark.parametrize("told", [{}, {"team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}}])
async def test_members_are_who_they_are(told: dict[str, Any]) -> None:
    assert (await people(Slack("E1", **told)).viewer("U1")).email == CATHERINE
    assert (await people(Slack("E1", **told)).picked("U1")).has(Role.DIRECTOR)
