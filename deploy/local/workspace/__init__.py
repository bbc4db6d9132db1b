"""A small, strict, Slack-compatible workspace for people without one and for tests.

Nothing in here knows which app is being served: a bot reaches it through the public Slack protocol and a base
URL only, so whatever works here and is refused here stands for what Slack would accept and refuse.
"""
