"""Asking other systems over HTTP: when to ask again, and what may have happened when no answer came."""
