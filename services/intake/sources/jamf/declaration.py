"""How Jamf Pro's webhooks are known to be its own: a secret header or Basic, as its console offers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from pydantic import SecretStr

from services.intake.door.authenticity import BasicCredentials, Proof, SecretHeader
from services.intake.settings import SourceSettings, secrets_in
from services.intake.source import Described, Source, Webhook
from services.intake.sources.jamf.translation import WEBHOOK

PATH = "/sources/jamf/webhook"
CONTENT_TYPES = frozenset({"application/json", "text/json", "application/xml", "text/xml"})


class JamfSettings(SourceSettings):
    """What Jamf Pro sends to prove itself."""

    TOGETHER: ClassVar = (("jamf_basic_user", "jamf_basic_password"),)
    SECRETS: ClassVar = ("jamf_webhook_secrets", "jamf_basic_password")

    jamf_webhook_secrets: SecretStr | None = None
    jamf_proof_header: str = "X-Quartermaster-Secret"
    jamf_basic_user: str | None = None
    jamf_basic_password: SecretStr | None = None


def _webhooks(settings: JamfSettings) -> Sequence[Webhook]:
    proofs: list[Proof] = []
    if secrets := secrets_in(settings.jamf_webhook_secrets):
        proofs.append(SecretHeader(settings.jamf_proof_header, secrets))
    if settings.jamf_basic_user is not None:
        proofs.append(BasicCredentials(settings.jamf_basic_user, secrets_in(settings.jamf_basic_password)))
    return [Webhook(PATH, WEBHOOK, proofs, CONTENT_TYPES)]


DECLARATION = Source(
    name="jamf",
    title="Jamf Pro",
    settings=JamfSettings,
    kinds=(WEBHOOK,),
    described=Described(
        taken="check-ins, inventory, computers added, mobile devices enrolled and unenrolled",
        proved="secret header or HTTP Basic",
        polled="no: webhooks, JSON or XML",
        dropped="names of people and rooms, telephone numbers, network addresses, command results without a command",
    ),
    silent_after=timedelta(days=1),
    webhooks=_webhooks,
)
