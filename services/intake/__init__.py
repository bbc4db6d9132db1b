"""The front door: what the outside world tells us is verified, translated, or kept as a dead letter with its reason.

Read `translation.py` for the shape of a source, then any file of `sources/`: each is pure and knows one vendor.
"""
