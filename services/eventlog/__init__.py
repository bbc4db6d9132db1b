"""The event log: consuming in batches, dedupe, outgoing events, dead letters. It knows of no device.

Delivery is at least once; effects are once. One PostgreSQL transaction holds the dedupe (inbox), a service's
state and its outgoing events (outbox); offsets are committed to the broker after it, and the inbox absorbs what is
then delivered again. Only the relay publishes.
"""
