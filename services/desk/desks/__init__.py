"""The service desks we speak to, each a small class that knows one vendor's interface and nothing of our tables."""
