"""Commands to device management, end to end against real doors."""
