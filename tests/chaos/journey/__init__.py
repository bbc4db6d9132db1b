"""A journey's steps, each in a process of its own that is killed before and after everything it writes."""
