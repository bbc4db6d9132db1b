"""The device managements we command, each a small class that knows one vendor's interface and nothing of our tables."""
