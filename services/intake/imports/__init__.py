"""Bulk import: a whole file is checked first, then admitted in sets, each with how far it has come, so it can resume.

`run.py` is the order of things, `checking.py` the first pass, `admitting.py` the second.
"""
