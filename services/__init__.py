"""The services: shared plumbing at this level, one folder a service below it."""
