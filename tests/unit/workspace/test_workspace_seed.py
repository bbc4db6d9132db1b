"""Who is in which channel of the local workspace: alerts name sums and units, so not everybody."""

from __future__ import annotations

import pytest

from deploy.local.secrets import LocalSecrets
from deploy.local.workspace_seed import workspace_seed
from tests.fixtures.people import email_of, small_directory

SECURITY = {email_of(name) for name in ("Helen Marsh", "Catherine Doyle")}
FLEET_WIDE = {email_of(name) for name in ("Helen Marsh", "Idris Bello", "Catherine Doyle", "Ruth Adeyemi")}


@pytest.mark.parametrize(
    ("channel", "members"),
    [
        ("budget", FLEET_WIDE),
        ("commercial", FLEET_WIDE - {email_of("Helen Marsh")}),
        ("fleet", FLEET_WIDE),
        ("operations", FLEET_WIDE),
        ("device-security", SECURITY),
        ("general", None),
        ("it-help", None),
    ],
)
def test_channels_of_alerts_and_losses_hold_only_who_may_see_them(channel: str, members: set[str] | None) -> None:
    seed = workspace_seed(small_directory(), LocalSecrets.make(), "Metropolitan")
    found = next(each for each in seed.channels if each.name == channel)
    assert (found.members if found.members is None else set(found.members)) == members
