"""The two doors by which Slack reaches the bot."""
