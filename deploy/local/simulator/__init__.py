"""The vendors, played from a seed: what a fleet's systems would send and answer, in their own formats.

It knows nothing of Quartermaster but the addresses it posts to. Whoever replaces it by real vendors changes
settings, not code.
"""
