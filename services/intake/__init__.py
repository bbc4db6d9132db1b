"""Intake: what other systems tell, proved, translated, and made safe before anybody is answered.

A source declares itself (`source.py`, `sources/<vendor>/`). What it tells comes in by the `door/` (webhooks), by
`polling/`, by `streaming/` or as a file (`files/`, `mapping/`, `imports/`); `translation.py` turns records into events
with what is in `reading/`, and `admission.py` makes them safe. What cannot be translated lies in the dead letters
(`queries.py`, `commands.py`, `replay.py`). `standing/` notices sources that have gone silent.

Read `translation.py` for the shape of a source, then any `translation.py` below `sources/`: each is pure and knows one
vendor.
"""
