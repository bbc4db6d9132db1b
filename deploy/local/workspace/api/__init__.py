"""Slack's Web API, as much of it as bots for teams commonly use: one module a family of methods."""
