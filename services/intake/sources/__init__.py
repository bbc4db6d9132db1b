"""One file a vendor: how its deliveries are known to be its own, and what its records mean in our events. All pure."""
