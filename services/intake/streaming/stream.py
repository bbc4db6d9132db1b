"""What a source declares of a log that it is read from by the Kafka protocol, such as Azure's Event Hubs."""

from __future__ import annotations

import dataclasses

from services.intake.translation import RecordKind


@dataclasses.dataclass(frozen=True)
class Stream:
    """Topics at a vendor's brokers. `name` is where its places are stored, and what keeps a second reader away.

    Each message's bytes are what `kind` splits and translates. We prove ourselves by SASL PLAIN; without `tls` the
    password would travel openly, so that is for a broker on this very machine only.
    """

    name: str
    kind: RecordKind
    bootstrap_servers: str
    topics: tuple[str, ...]
    user: str
    password: str = dataclasses.field(repr=False)
    tls: bool = True
