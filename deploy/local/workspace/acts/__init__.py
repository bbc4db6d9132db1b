"""What people do in the workspace, from the click to what the app said to it."""
