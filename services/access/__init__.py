"""Who a person is, what they may see, and the record of what they saw."""
