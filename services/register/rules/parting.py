"""Taking two devices apart that were kept as one, once a planner has ruled that one name is not this device's.

What the name said goes with it, as far as it was kept apart; what it alone told of the device that stays is taken
back, so that the next word of the rightful name is not outweighed by a stranger's. What losses and custody told stays
with the device that has the serial.
"""

from __future__ import annotations

from datetime import datetime

from services.register.rules.claims import Claim, claims_of
from services.register.rules.conflicts import ASSET_SCHEMES, scheme_of
from services.register.rules.facts import SERIAL, Device, Field
from services.register.rules.identity import apart_id
from services.register.rules.lifecycle import state_of


def part(device: Device, claimant: str, serial: str, at: datetime) -> Device:
    """Split the device that `claimant` stands for off from `device`, which has `serial`; answers the new one."""
    claims = device.claims or {}
    claim = claims[claimant]
    others = [other for name, other in claims.items() if name != claimant and scheme_of(name) == scheme_of(claimant)]
    own = claim.companions.difference(*(other.companions for other in others))
    names = {claimant, *(own & device.names)}
    apart = Device.unknown(apart_id(claimant, serial))
    apart.names = names
    apart.names_changed = True
    apart.values, apart.weights = list(claim.values), list(claim.weights)
    apart.first_seen_at = claim.first_seen_at
    apart.heard_at = at
    apart.state = state_of(apart)

    _take_back(device, claim, others)
    device.names -= names
    device.names_changed = True
    device.claims = claims_of([device], device.names)
    device.heard_at = at
    if scheme_of(claimant) not in ASSET_SCHEMES and len(others) == 1 and device.claims is None:
        device.first_seen_at = others[0].first_seen_at
    device.state = state_of(device)
    return apart


def _take_back(device: Device, claim: Claim, others: list[Claim]) -> None:
    device.before = (list(device.values), device.state)
    for field in Field:
        if field is SERIAL or claim.weights[field] < 0 or claim.weights[field] != device.weights[field]:
            continue
        best = max(others, key=lambda other: other.weights[field])
        if best.weights[field] == device.weights[field] and best.values[field] == device.values[field]:
            continue  # both said the same at the same time
        device.values[field], device.weights[field] = best.values[field], best.weights[field]
        device.changed.add(field)
