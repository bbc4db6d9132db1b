"""The embedded stack: PostgreSQL, a Kafka-protocol broker and our own services as local child processes."""
