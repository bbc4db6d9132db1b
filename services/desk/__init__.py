"""Desk: keeps one ticket at the service desk in step with each request, whichever of the two was down meanwhile."""
