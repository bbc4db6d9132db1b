"""The thresholds of what watch says of money: one entry a condition, and how often it looks."""

from __future__ import annotations

import msgspec

from services.watch.conditions.contract_end import ContractEndThresholds
from services.watch.conditions.due_beyond_money import DueBeyondMoneyThresholds
from services.watch.conditions.likely_underspend import LikelyUnderspendThresholds
from services.watch.conditions.outturn_crossing import OutturnCrossingThresholds
from services.watch.conditions.procurement_gate import ProcurementGateThresholds
from services.watch.conditions.volume_crossing import VolumeCrossingThresholds


class MoneyThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`sweep_seconds` is how often the budget is asked, in real seconds: a forecast is dearer than a sum."""

    sweep_seconds: float
    outturn_crossing: OutturnCrossingThresholds
    volume_crossing: VolumeCrossingThresholds
    likely_underspend: LikelyUnderspendThresholds
    due_beyond_money: DueBeyondMoneyThresholds
    procurement_gate: ProcurementGateThresholds
    contract_end: ContractEndThresholds
