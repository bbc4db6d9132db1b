"""Everything a machine without Slack, Kafka or PostgreSQL needs to run the whole product."""
