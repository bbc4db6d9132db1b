"""ServiceNow, played: its Table API, and the pushes of a hand-made business rule."""
