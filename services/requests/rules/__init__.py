"""Requests' rules: the machine of a request's life, who may decide, and what policy says at once."""
