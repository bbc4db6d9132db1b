"""What can go wrong while a local stack starts or stops, in words its user can act on."""

from __future__ import annotations


class StackError(Exception):
    """A part of the local stack cannot do its work; the text says which, why and what to do.

    StackError
      NotInstalledError   a program or a wheel that this part is made of is missing
      FolderInUseError    another stack, still running, owns the folder
      NeverReadyError     the process did not answer in time; the text holds its last log lines
    """


class NotInstalledError(StackError):
    """A program or a wheel that this part is made of is missing."""


class FolderInUseError(StackError):
    """Another stack, still running, owns the folder."""


class NeverReadyError(StackError):
    """The process did not answer before its deadline, or ended before it did."""
