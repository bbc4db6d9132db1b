"""What a person is told about something they did."""

from __future__ import annotations

from typing import Any

import msgspec

from deploy.local.workspace.delivery.outcome import Outcome

TROUBLE = "We had some trouble connecting. Try again?"


class Act(msgspec.Struct, kw_only=True, omit_defaults=True):
    """`outcome` is acknowledged, timed_out, failed or refused (by the workspace, before the app was asked).

    `errors` are by block id, as a modal shows them; `notice` is a sentence for the person; `message_ts`,
    `view_id` and `view` say what came of it.
    """

    outcome: str = "acknowledged"
    notice: str = ""
    response_action: str = ""
    errors: dict[str, str] = {}
    message_ts: str = ""
    view_id: str = ""
    view: dict[str, Any] | None = None


def failure(outcome: Outcome, notice: str = TROUBLE) -> Act:
    """What to say when an app did not acknowledge."""
    return Act(outcome=outcome.status, notice=notice)
