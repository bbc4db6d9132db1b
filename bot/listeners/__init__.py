"""One module a Slack surface: acknowledge, read what was sent, call one thing, render."""
