"""A local stack's secrets are made once, and a folder of an older release keeps those it has."""

from __future__ import annotations

from pathlib import Path

import msgspec

from deploy.local.secrets import LocalSecrets


def test_they_are_the_same_at_every_start_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    first = LocalSecrets.of(tmp_path)
    assert LocalSecrets.of(tmp_path) == first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    values = msgspec.structs.astuple(first)
    assert len(set(values)) == len(values)


def test_a_folder_of_a_release_that_had_fewer_keeps_those_it_has(tmp_path: Path) -> None:
    older = {"slack_bot_token": "xoxb-kept", "finance_secret": "kept"}
    (tmp_path / "secrets.json").write_bytes(msgspec.json.encode(older))
    whole = LocalSecrets.of(tmp_path)
    assert (whole.slack_bot_token, whole.finance_secret) == ("xoxb-kept", "kept")
    assert whole.mdm_jamf_client_secret
    assert LocalSecrets.of(tmp_path) == whole
