"""Refresh: which devices are due, why, in which order, and how each unit's fleet ages."""
