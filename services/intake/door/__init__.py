"""The door: webhooks proved, read within bounds, rated, answered and described."""
