"""How payloads reach an app: over Socket Mode or as signed HTTP requests, with Slack's deadlines and
retries."""
