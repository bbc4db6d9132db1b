"""Pure rules: given what is known of a device, the policy and the day, is it due, why, and how urgent is it?"""

from services.refresh.rules.assess import Assessment, assess
from services.refresh.rules.calendar import add_months, whole_months
from services.refresh.rules.demand import cause_of, demand_of
from services.refresh.rules.explain import explain, not_due_because
from services.refresh.rules.standing import ApprovedRequest, DeviceStanding

EDITION = 2
"""Counts changes of these rules under which devices must be judged anew, though the policy is the same."""

__all__ = [
    "EDITION",
    "ApprovedRequest",
    "Assessment",
    "DeviceStanding",
    "add_months",
    "assess",
    "cause_of",
    "demand_of",
    "explain",
    "not_due_because",
    "whole_months",
]
