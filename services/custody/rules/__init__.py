"""Custody's rules: the machine and what its guards ask."""
