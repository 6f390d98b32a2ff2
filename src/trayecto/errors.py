"""What can go wrong in trayecto, said once.

TrayectoError
├── UnreadableFile      a file that is missing, truncated or not what its name says
├── UnknownColumn       a column name that the file does not have
├── BadRows             rows that could not be understood, with ``strict``
├── UnknownStep         a step that the log does not have
├── UnknownAttribute    a journey or event attribute that the log does not have
├── EmptyLog            a question that needs journeys, asked of none
├── BadExpression       a filter that could not be parsed or evaluated
├── BadValue            an argument out of range (a window, a limit, a rank)
├── Cancelled           a question that was called off before it was answered
├── NoEngine            an engine that is not installed, cannot be reached, or was lost with all its machines
├── NoStore             a store that is not installed, cannot be reached, refuses, or is too slow
└── BadLog              a journey log folder that is missing, damaged or of another version
    └── NeedsBuild      a log that cannot take these events in: it must be built again from all of them
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class TrayectoError(Exception):
    """Base of every expected failure: ``code`` for machines, the message (one sentence) for people."""

    code = "trayecto"


class UnreadableFile(TrayectoError):
    code = "unreadable_file"


class UnknownColumn(TrayectoError):
    code = "unknown_column"


class BadRows(TrayectoError):
    code = "bad_rows"


class UnknownStep(TrayectoError):
    code = "unknown_step"


class UnknownAttribute(TrayectoError):
    code = "unknown_attribute"


class EmptyLog(TrayectoError):
    code = "empty_log"


class BadExpression(TrayectoError):
    code = "bad_expression"


class BadValue(TrayectoError):
    code = "bad_value"


class Cancelled(TrayectoError):
    code = "cancelled"


class NoEngine(TrayectoError):
    code = "no_engine"


class NoStore(TrayectoError):
    code = "no_store"


class BadLog(TrayectoError):
    code = "bad_log"


class NeedsBuild(BadLog):
    code = "needs_build"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like ``name``, ignoring case, or None when nothing is close."""
    by_fold = {candidate.casefold(): candidate for candidate in known}
    found = get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`` Did you mean 'x'?`` (with the leading space), or an empty string."""
    guess = nearest(name, known)
    return f" Did you mean '{guess}'?" if guess else ""
