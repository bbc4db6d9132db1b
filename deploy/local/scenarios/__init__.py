"""The worlds a local stack can play: what is published about them, and what is assumed and says so."""
