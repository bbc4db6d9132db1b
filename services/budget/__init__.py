"""The ledger: what was approved, promised, ordered and invoiced, in pence, and never a penny unexplained."""
