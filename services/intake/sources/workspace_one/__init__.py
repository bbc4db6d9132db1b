"""Workspace ONE UEM."""
