"""Watch: windows and thresholds over other services' events; what is out of bounds becomes an alert, raised once."""
