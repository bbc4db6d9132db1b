"""Standing: when each source was last heard, and what lies in the dead letters."""
