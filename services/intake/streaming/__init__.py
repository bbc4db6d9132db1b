"""Streaming: following a vendor's log that speaks the Kafka protocol."""
