"""Signing in, with guessing slowed down through the database: it holds for every process and survives restarts."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.contrib.auth import authenticate
from django.db import connection, transaction

from recorrido.company.errors import TooManyAttempts, WrongCredentials
from recorrido.company.models import SignInAttempt, Staff
from recorrido.company.queries import failed_attempts
from recorrido.shared import clock

# By e-mail and address together it is a person at a keyboard; by e-mail alone it must stay high, or anyone
# could lock a colleague out; by address alone a whole store may share one.
MOST_FAILURES = {"of_both": 5, "of_address": 30, "of_email": 50}
KEPT_FOR = timedelta(days=30)


def sign_in(*, email: str, password: str, address: str | None) -> Staff:
    """The member of staff with these credentials. Raises WrongCredentials, TooManyAttempts."""
    digest = hashlib.sha256(email.strip().lower().encode()).hexdigest()
    with transaction.atomic():
        _one_at_a_time(digest)
        failures = failed_attempts(email_digest=digest, address=address, now=clock.now())
        blocked = any(failures[kind] >= most for kind, most in MOST_FAILURES.items())
        staff = None if blocked else _authenticated(email, password)
        if not blocked:
            _remember(digest, address, staff is not None)
    # Raised outside the transaction: an attempt that is rolled back would not be counted.
    if blocked:
        raise TooManyAttempts()
    if staff is None:
        raise WrongCredentials()
    return staff


def _one_at_a_time(digest: str) -> None:
    """Guesses sent in parallel would all count the same few failures."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [digest])


def _authenticated(email: str, password: str) -> Staff | None:
    staff = authenticate(username=email, password=password)
    return staff if isinstance(staff, Staff) else None


def _remember(digest: str, address: str | None, succeeded: bool) -> None:
    SignInAttempt.objects.create(at=clock.now(), email_digest=digest, address=address, succeeded=succeeded)


def forget_old_attempts() -> int:
    """Delete attempts older than thirty days; returns how many."""
    deleted, _by_model = SignInAttempt.objects.filter(at__lt=clock.now() - KEPT_FOR).delete()
    return deleted
