"""How Quartermaster is started, locally and for real."""
