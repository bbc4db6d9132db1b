"""Polling: what a feed asks of a vendor, asking politely, and storing how far one has read."""
