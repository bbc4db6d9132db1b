"""Block Kit as Slack accepts it: pure checks, one module a family, and the values people put into it."""
