"""Any system that can push JSON, by a mapping instead of code."""
