"""How Workspace ONE UEM's event notifications are known to be its own: HTTP Basic, the one means its console offers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from pydantic import SecretStr

from services.intake.door.authenticity import BasicCredentials
from services.intake.settings import SourceSettings, secrets_in
from services.intake.source import Described, Source, Webhook
from services.intake.sources.workspace_one.translation import NOTIFICATION

PATH = "/sources/workspace-one/notifications"
CONTENT_TYPES = frozenset({"application/json", "text/json", "application/xml", "text/xml"})


class WorkspaceOneSettings(SourceSettings):
    """The user name and password entered beside the target URL in the console."""

    TOGETHER: ClassVar = (("workspace_one_user", "workspace_one_password"),)
    SECRETS: ClassVar = ("workspace_one_password",)

    workspace_one_user: str | None = None
    workspace_one_password: SecretStr | None = None


def _webhooks(settings: WorkspaceOneSettings) -> Sequence[Webhook]:
    if settings.workspace_one_user is None:
        return []
    proof = BasicCredentials(settings.workspace_one_user, secrets_in(settings.workspace_one_password))
    # The console's "Test Connection" is an authenticated GET of the target URL.
    return [Webhook(PATH, NOTIFICATION, [proof], CONTENT_TYPES, answers_get=True)]


DECLARATION = Source(
    name="workspace_one",
    title="Workspace ONE UEM",
    settings=WorkspaceOneSettings,
    kinds=(NOTIFICATION,),
    described=Described(
        taken="enrolments, un-enrolments, wipes sent, changes of the system that a device reports",
        proved="HTTP Basic",
        polled="no: event notifications, JSON or XML",
        dropped="friendly names, user names, telephone numbers, network addresses, and devices people own themselves",
    ),
    silent_after=timedelta(days=3),
    webhooks=_webhooks,
)
