"""How finance's extracts are known to be finance's: a secret header on what its system uploads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import SecretStr

from services.intake.door.authenticity import SecretHeader
from services.intake.settings import PositiveBytes, SourceSettings, secrets_in
from services.intake.source import Described, Source, Webhook
from services.intake.sources.finance.translation import ROW

PATH = "/sources/finance/extract"
PROOF_HEADER = "X-Quartermaster-Secret"
CONTENT_TYPES = frozenset({"text/csv", "application/csv"})


class FinanceSettings(SourceSettings):
    """What finance's system sends to prove itself, and how large an extract may be."""

    SECRETS: ClassVar = ("finance_secrets",)

    finance_secrets: SecretStr | None = None
    intake_maximum_extract_bytes: PositiveBytes = 16 * 1024 * 1024


def _webhooks(settings: FinanceSettings) -> Sequence[Webhook]:
    secrets = secrets_in(settings.finance_secrets)
    proofs = [SecretHeader(PROOF_HEADER, secrets)] if secrets else []
    return [Webhook(PATH, ROW, proofs, CONTENT_TYPES, settings.intake_maximum_extract_bytes)]


DECLARATION = Source(
    name="finance",
    title="Finance extracts",
    settings=FinanceSettings,
    kinds=(ROW,),
    described=Described(
        taken="approvals, purchase orders, receipts, invoices, credit notes, cancellations",
        proved="secret header",
        polled="no: CSV uploads, a document a row",
        dropped="every column that is not in the agreed list",
    ),
    silent_after=None,
    webhooks=_webhooks,
)
