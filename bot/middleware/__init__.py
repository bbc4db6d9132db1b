"""What runs before any listener."""
