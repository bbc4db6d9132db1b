"""The device register: which devices there are, what is known of each, and how many of everything.

Many systems speak of one device by different names, late, twice and out of order. The register decides which device
is meant, lets newer and better-placed facts win field by field, and keeps counts that are right at every moment.
"""
