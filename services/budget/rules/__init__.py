"""The ledger's pure rules: years, entries, matching of orders and invoices, postings, and the limit of a line."""
