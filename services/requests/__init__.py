"""Requests: what people ask for in chat, who decides, and what has become of it."""
