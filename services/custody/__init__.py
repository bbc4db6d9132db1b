"""Custody: where a returned device is, who has it, what proves it empty, and where it went in the end."""
