"""The workspace's memory: one SQLite file that outlives a restart."""
