"""The one error tree of the services.

    QuartermasterError           everything we raise on purpose; `str(error)` is a sentence that says what to do
      ConfigurationError         a setting is missing or wrong; raised at start only
      NotAllowed                 the person may not do or see this
      NotFound                   there is no such device, request, unit …
      RuleBroken                 the state does not allow it (already decided, no money left, …)
      BadInput                   what was given cannot be read; `where` names the place
      TryAgain                   somebody else was faster; the same work, done again, will see what they did

Adapters translate foreign errors into these; what is not in this tree is a fault of ours.
"""

from __future__ import annotations


class QuartermasterError(Exception):
    """Something we foresaw. The message is written for the person who meets it."""


class ConfigurationError(QuartermasterError):
    """A setting is missing or wrong. Raised only while starting."""


class NotAllowed(QuartermasterError):
    """The person may not do or see this."""


class NotFound(QuartermasterError):
    """There is no such thing, or none that this person may know of."""


class RuleBroken(QuartermasterError):
    """The present state does not allow it."""


class BadInput(QuartermasterError):
    """What was given cannot be read. `where` points at the place, in the giver's own terms."""

    def __init__(self, message: str, *, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where = where


class TryAgain(QuartermasterError):
    """Another transaction got there first. Rolled back and tried again, the work sees what that one did."""
