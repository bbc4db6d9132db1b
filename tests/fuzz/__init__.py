"""Real payloads, damaged in every way that the world has thought of, and a door that must take them all in its stride.

`mutants` makes them, each from its number alone; `seeds` finds what to damage for every source there is; `doors` opens
them all on a real server and database; `tally` counts what became of each. `make fuzz` runs it for long, and
`tests/integration/intake/test_mutated_deliveries.py` for a while.
"""
