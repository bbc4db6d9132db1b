"""What watch decides of an alert, pure: its life by its condition, and what people do about it meanwhile."""
