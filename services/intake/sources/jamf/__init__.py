"""Jamf Pro."""
