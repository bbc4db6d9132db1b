"""Mapping: a file that says which column of somebody's table is which fact of ours, so that no code is needed.

`structs.py` is what a mapping may say, `reading.py` reads one strictly, `translate.py` turns rows into events by it.
All pure but for reading the ready ones off the disk. A mapping is an allow-list: what it does not name does not pass.
"""
