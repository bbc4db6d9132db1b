"""Mdm's rules and settings."""
