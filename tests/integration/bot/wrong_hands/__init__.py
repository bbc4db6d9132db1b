"""Somebody with a Slack account and a tool: every button and form the bot listens to, in hands that it is not for."""
