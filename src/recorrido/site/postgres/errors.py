from __future__ import annotations


class PostgresError(RuntimeError):
    """The embedded server cannot be used; the message says what, where and how to mend it."""
