"""One module a question people may ask: check who may, read once, render."""
