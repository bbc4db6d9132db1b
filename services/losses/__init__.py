"""Losses: devices lost or stolen, from the report through lock and wipe to written off or found."""
