"""Which queue entries to serve, from stock or by an order, and in which quarter: the best that the money allows."""
