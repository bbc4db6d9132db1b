"""Every event type, one module a subject."""
