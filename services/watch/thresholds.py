"""The thresholds, read once from YAML into types; a wrong file stops the start and says where it is wrong."""

from __future__ import annotations

from pathlib import Path

import msgspec

from services.errors import ConfigurationError
from services.watch.conditions.budget_crossing import BudgetCrossingThresholds
from services.watch.conditions.dead_letters_growing import DeadLettersGrowingThresholds
from services.watch.conditions.delivery_waiting import DeliveryWaitingThresholds
from services.watch.conditions.failing_model import FailingModelThresholds
from services.watch.conditions.identity_conflict import IdentityConflictThresholds
from services.watch.conditions.idle_devices import IdleDevicesThresholds
from services.watch.conditions.not_sanitised import NotSanitisedThresholds
from services.watch.conditions.past_policy_life import PastPolicyLifeThresholds
from services.watch.conditions.request_waiting import RequestWaitingThresholds
from services.watch.conditions.source_silent import SourceSilentThresholds
from services.watch.conditions.wipe_failed import WipeFailedThresholds
from services.watch.money_thresholds import MoneyThresholds

FILE = Path(__file__).with_name("thresholds.yaml")


class Thresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry a condition; `sweep_seconds` is how often passing time is looked at, in real seconds."""

    sweep_seconds: float
    budget_crossing: BudgetCrossingThresholds
    past_policy_life: PastPolicyLifeThresholds
    failing_model: FailingModelThresholds
    identity_conflict: IdentityConflictThresholds
    source_silent: SourceSilentThresholds
    dead_letters_growing: DeadLettersGrowingThresholds
    not_sanitised: NotSanitisedThresholds
    wipe_failed: WipeFailedThresholds
    request_waiting: RequestWaitingThresholds
    delivery_waiting: DeliveryWaitingThresholds
    kind_past_policy_life: PastPolicyLifeThresholds
    idle_devices: IdleDevicesThresholds
    money: MoneyThresholds


def load_thresholds(path: Path = FILE) -> Thresholds:
    """Read the file. Raises ConfigurationError naming the place that is wrong."""
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=Thresholds)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigurationError(f"thresholds {path.name}: {error}") from None
