"""What all examples speak of: one moment, one laptop, one request."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

AT = datetime(2024, 11, 4, 9, 30, tzinfo=UTC)
DEVICE = UUID("6d1f2a54-9a3f-5d0b-8a37-2f6f1c1f8f10")
REQUEST = UUID("0c8a7f0e-52c7-5c58-9b0c-6f0b2a0a7b21")
WAVE = UUID("2b7f4c1a-8f5e-5b7d-9c3e-6a1d0e9f7c42")
MDM_ID = "5f0d9f1a-33a1-4a5e-9a51-6c2f5c1d7e90"
IDENTIFIERS = {"serial": "5CG0412QTM", "intune": MDM_ID}
REFRESH_POLICY = "metropolitan/1"
