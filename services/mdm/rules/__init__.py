"""Mdm's rules: which management a command goes to, and what is to be looked at before it is sent."""
