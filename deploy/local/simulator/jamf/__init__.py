"""Jamf Pro, played: the webhooks it sends, and the API by which devices are commanded."""
