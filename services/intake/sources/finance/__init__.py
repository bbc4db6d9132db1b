"""Finance's own system."""
