"""Files that people export from other systems, read row by row: what a reader opens is never in memory whole.

`opening.open_table` picks the reader by what the file holds, not by its name. Each reader yields `Row`s and knows
nothing of devices.
"""
