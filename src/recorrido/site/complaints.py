"""What the terminal is told when a command cannot go on for a reason that somebody there can mend."""

from __future__ import annotations

import re

from recorrido.site.postgres import PostgresError
from recorrido.site.services.ports import PortTaken

_UNDEFINED = ("42P01", "42703")  # PostgreSQL's codes of a missing table and a missing column


def sentence_for(error: BaseException) -> str | None:
    """One sentence that says what to mend, or None for a mistake of ours, which keeps its traceback."""
    # Django is loaded here and not above: asking for help must not wait for it.
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management.base import CommandError
    from psycopg import Error, OperationalError

    from recorrido.site.backups import BackupError

    if isinstance(error, BackupError | PostgresError | PortTaken | ImproperlyConfigured | CommandError):
        return str(error).strip()
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be used: {error.strerror}."
    cause = error.__cause__ if isinstance(error.__cause__, Error) else error
    if isinstance(cause, Error) and cause.sqlstate in _UNDEFINED:
        return "The tables of the database are missing or older than this program: run `recorrido migrate`."
    if isinstance(cause, OperationalError) or "invalid connection option" in str(cause):
        return f"The database does not answer ({_in_one_line(cause)}): start it, or mend DATABASE_URL."
    return None


def _in_one_line(error: BaseException) -> str:
    return re.sub(r"\s+", " ", str(error)).strip()
