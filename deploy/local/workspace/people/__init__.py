"""The people's side: what the browser page and scripted people use. The bot never does."""
