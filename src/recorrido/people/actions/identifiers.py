"""What staff know about one identifier: it was verified, it went to somebody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.people.actions.ruling import new_edition
from recorrido.people.errors import BadEnd, UnknownIdentifier
from recorrido.people.models import Identifier, RuleBook
from recorrido.shared import clock


def verify_identifier(*, actor: Staff, identifier: int, how: str) -> None:
    """Somebody made sure that the identifier is this person's; ``how``: "showed her card", "code sent". Raises UnknownIdentifier."""
    with transaction.atomic():
        row = _held(identifier)
        now = clock.now()
        by = f"{actor}: {how}" if how else str(actor)
        Identifier.objects.filter(id=row.id).update(verified_at=now, verified_by=by[:120])
        _audit(actor, "identifier.verified", row, {"how": how})


def withdraw_verification(*, actor: Staff, identifier: int, why: str = "") -> None:
    """Nobody is sure any more. Raises UnknownIdentifier."""
    with transaction.atomic():
        row = _held(identifier)
        Identifier.objects.filter(id=row.id).update(verified_at=None, verified_by=None)
        _audit(actor, "identifier.unverified", row, {"from": row.verified_by or "", "why": why})


def end_identifier(*, actor: Staff, identifier: int, at: datetime, why: str = "") -> None:
    """The value is not this person's after ``at`` (a phone number went to somebody else).

    The leaf keeps what was recorded under it. Events of a later time name a new leaf, and so a new person until
    something links them; late news of an earlier time still find this one. Raises UnknownIdentifier, BadEnd.
    """

    def end(row: Identifier) -> None:
        if row.ended_at is not None or at > clock.now():
            raise BadEnd
        Identifier.objects.filter(id=row.id).update(ended_at=at)
        book = RuleBook.objects.get(id=1)
        RuleBook.objects.filter(id=1).update(latest_end=max(at, book.latest_end or at))
        _audit(actor, "identifier.ended", row, {"to": at.isoformat(), "why": why})

    _in_new_edition(identifier, end)


def resume_identifier(*, actor: Staff, identifier: int, why: str = "") -> None:
    """Take an end back, as long as nobody else uses the value. Raises UnknownIdentifier, BadEnd."""

    def resume(row: Identifier) -> None:
        taken = Identifier.objects.filter(kind=row.kind, value=row.value, ended_at=None).exists()
        if row.ended_at is None or taken:
            raise BadEnd
        Identifier.objects.filter(id=row.id).update(ended_at=None)
        _audit(actor, "identifier.resumed", row, {"from": row.ended_at.isoformat(), "why": why})

    _in_new_edition(identifier, resume)


def _in_new_edition(identifier: int, change: Callable[[Identifier], None]) -> None:
    """Whoever looks leaves up, or remembers them, looks again."""
    with transaction.atomic():
        new_edition()
        change(_held(identifier))


def _held(identifier: int) -> Identifier:
    row = Identifier.objects.select_for_update().filter(id=identifier).first()
    if row is None:
        raise UnknownIdentifier(identifier)
    return row


def _audit(actor: Staff, action: str, row: Identifier, detail: dict[str, str]) -> None:
    named = {"person": row.person_id, "kind": row.kind, "value": row.value}
    audit(actor=actor, action=action, subject="identifier", subject_id=row.id, detail=detail | named)
