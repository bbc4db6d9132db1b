"""The Slack bot: listens, calls one command or query, renders."""
