"""Which sources are open, by the settings: the only place that knows every vendor."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import aiohttp

from services.access.directory import Directory
from services.intake.authenticity import BasicCredentials, Proof, SecretHeader
from services.intake.bearer_tokens import BearerTokens
from services.intake.feeds import Feed
from services.intake.settings import IntakeSettings, secrets_in
from services.intake.sources import finance, intune, jamf, servicenow
from services.intake.sources.servicenow_tables import table_feeds
from services.intake.translation import RecordKind
from services.intake.vendor_http import BasicAuthorisation, Credentials
from services.intake.webhooks import Webhook

RECORD_KINDS: dict[str, RecordKind] = {
    kind.name: kind
    for kind in (
        intune.MANAGED_DEVICE,
        jamf.WEBHOOK,
        servicenow.ASSET,
        servicenow.INCIDENT,
        servicenow.PUSH,
        finance.ROW,
    )
}
"""Every kind of record by the name its dead letters are filed under."""


@dataclasses.dataclass(frozen=True)
class PolledFeed:
    """A feed with what polling it takes. Credentials are made once there is a session."""

    feed: Feed
    every_seconds: float
    credentials: Callable[[aiohttp.ClientSession], Credentials]


def units_of(directory: Directory) -> dict[str, str]:
    """A unit's name or code in lower case → its code: other systems write either."""
    return {code.lower(): code for code in directory.units} | directory.codes_by_name


def open_webhooks(settings: IntakeSettings) -> list[Webhook]:
    """The webhooks whose senders have a way to prove themselves."""
    jamf_proofs: list[Proof] = []
    if secrets := secrets_in(settings.jamf_webhook_secrets):
        jamf_proofs.append(SecretHeader(settings.jamf_proof_header, secrets))
    if settings.jamf_basic_user is not None and settings.jamf_basic_password is not None:
        jamf_proofs.append(BasicCredentials(settings.jamf_basic_user, settings.jamf_basic_password.get_secret_value()))
    push_secrets = secrets_in(settings.servicenow_push_secrets)
    finance_secrets = secrets_in(settings.finance_secrets)
    body, extract = settings.intake_maximum_body_bytes, settings.intake_maximum_extract_bytes
    webhooks = [
        Webhook(jamf.PATH, jamf.WEBHOOK, jamf_proofs, jamf.CONTENT_TYPES, body),
        Webhook(
            servicenow.PUSH_PATH,
            servicenow.PUSH,
            [SecretHeader(servicenow.PROOF_HEADER, push_secrets)] if push_secrets else [],
            servicenow.CONTENT_TYPES,
            body,
        ),
        Webhook(
            finance.PATH,
            finance.ROW,
            [SecretHeader(finance.PROOF_HEADER, finance_secrets)] if finance_secrets else [],
            finance.CONTENT_TYPES,
            extract,
        ),
    ]
    return [webhook for webhook in webhooks if webhook.proofs]


def open_feeds(settings: IntakeSettings) -> list[PolledFeed]:
    """The feeds for which we have credentials."""
    feeds = []
    if settings.intune_tenant_id and settings.intune_client_id and settings.intune_client_secret:
        login = str(settings.intune_login_url).rstrip("/")
        token_url = f"{login}/{settings.intune_tenant_id}/oauth2/v2.0/token"
        client_id, client_secret = settings.intune_client_id, settings.intune_client_secret.get_secret_value()

        def tokens(session: aiohttp.ClientSession) -> Credentials:
            return BearerTokens(session, token_url, client_id, client_secret, settings.intune_scope)

        feeds.append(
            PolledFeed(intune.DeviceFeed(str(settings.intune_graph_url)), settings.intune_poll_seconds, tokens)
        )
    if settings.servicenow_url and settings.servicenow_user and settings.servicenow_password:
        basic = BasicAuthorisation(settings.servicenow_user, settings.servicenow_password.get_secret_value())

        def always(_: aiohttp.ClientSession) -> Credentials:
            return basic

        feeds += [
            PolledFeed(feed, settings.servicenow_poll_seconds, always)
            for feed in table_feeds(str(settings.servicenow_url))
        ]
    return feeds
