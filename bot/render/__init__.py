"""Views to Block Kit, purely: no Slack, no database, no clock."""
