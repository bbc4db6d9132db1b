"""How Jira's webhooks are known to be a site's own, and what that site calls the fields of a device.

A webhook that an administrator registered signs its body if it was given a secret. Whether those of an app are signed
is told differently by those who should know, and old servers sign none: such a site proves itself by its address.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field, SecretStr

from services.intake.door.authenticity import Proof, SecretInAddress, SignedBody
from services.intake.settings import SourceSettings, secrets_in
from services.intake.source import Described, Source, Webhook
from services.intake.sources.jira.translation import WEBHOOK, Site, webhook
from services.intake.translation import RecordKind

PATH = "/sources/jira/webhook"
SIGNATURE = "X-Hub-Signature"
SIGNATURE_PREFIX = "sha256="
PARAMETER = "secret"
CONTENT_TYPES = frozenset({"application/json", "text/json"})

CustomField = Annotated[str, Field(pattern=r"^customfield_[0-9]+$")]


class JiraSettings(SourceSettings):
    """The secret of the webhook, whether it signs with it, and the ids of the custom fields that name a device.

    Issue types whose issues tell of failing hardware have commas between their names.
    """

    SECRETS: ClassVar = ("jira_webhook_secrets",)

    jira_webhook_secrets: SecretStr | None = None
    jira_signed: bool = True
    jira_serial_field: CustomField | None = None
    jira_asset_tag_field: CustomField | None = None
    jira_correlation_field: CustomField | None = None
    jira_hardware_issue_types: str = ""


def _site(settings: JiraSettings) -> Site:
    types = (name.strip().lower() for name in settings.jira_hardware_issue_types.split(","))
    return Site(
        serial_field=settings.jira_serial_field,
        asset_tag_field=settings.jira_asset_tag_field,
        correlation_field=settings.jira_correlation_field,
        hardware_types=frozenset(name for name in types if name),
    )


def _kinds(settings: JiraSettings) -> Sequence[RecordKind]:
    return [webhook(_site(settings))]


def _webhooks(settings: JiraSettings) -> Sequence[Webhook]:
    proofs: list[Proof] = []
    if secrets := secrets_in(settings.jira_webhook_secrets):
        signed = SignedBody(SIGNATURE, secrets, prefix=SIGNATURE_PREFIX)
        proofs.append(signed if settings.jira_signed else SecretInAddress(PARAMETER, secrets))
    return [Webhook(PATH, webhook(_site(settings)), proofs, CONTENT_TYPES)]


DECLARATION = Source(
    name="jira",
    title="Jira Service Management",
    settings=JiraSettings,
    kinds=(WEBHOOK,),
    kinds_with=_kinds,
    described=Described(
        taken="issues as they stand, and failures of the devices that their fields name",
        proved="`X-Hub-Signature` over the body; without signatures (`JIRA_SIGNED=false`) a secret in the address",
        polled="no: webhooks",
        dropped="all that people wrote, comments, attachments, names, and every field that is not configured",
    ),
    silent_after=timedelta(days=3),
    webhooks=_webhooks,
)
