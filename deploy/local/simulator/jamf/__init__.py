"""Jamf Pro, played: the webhooks it sends."""
