"""Changing the rules: limits by kind, blocked values. The past changes only where it must, and the answer says where."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from django.db import transaction
from django.db.models import Q

from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.people import rules
from recorrido.people.actions.decisions import ByStaff
from recorrido.people.connecting import (
    apart_among,
    lock_persons_of,
    merge,
    names_of,
    offer_again,
    profiles_of,
    regroup,
)
from recorrido.people.errors import BadRule, UnreadableIdentifier
from recorrido.people.identifiers import KIND, normalise
from recorrido.people.joining import BLOCKED, Joining
from recorrido.people.kinds import Rule
from recorrido.people.models import BlockedValue, Identifier, IdentifierRule, Link, RuleBook
from recorrido.people.parting import Joint, without
from recorrido.people.queries import joints_of, matching_leaves
from recorrido.shared import clock

UNBLOCKED = "unblocked"
MOST_LIMIT = 10_000


def set_rule(*, actor: Staff, kind: str, rule: Rule) -> None:
    """The company's own rule for a kind of identifier, for links told from now on; who is over the limit stays so.

    Raises BadRule.
    """
    if not KIND.fullmatch(kind):
        raise BadRule("kind")
    if rule.limit is not None and not 1 <= rule.limit <= MOST_LIMIT:
        raise BadRule("limit")
    with transaction.atomic():
        before = rules.current().rule(kind)
        IdentifierRule.objects.update_or_create(
            kind=kind, defaults=_fields(rule) | {"changed_at": clock.now()}
        )
        new_edition()
        _audit(actor, "identifier_rule.set", kind, {"from": _fields(before), "to": _fields(rule)})


def reset_rule(*, actor: Staff, kind: str) -> None:
    """Back to the shipped rule of a kind."""
    with transaction.atomic():
        if IdentifierRule.objects.filter(kind=kind).delete()[0]:
            new_edition()
            _audit(actor, "identifier_rule.reset", kind, {})


def block_value(*, actor: Staff, pattern: str, reason: str, kind: str = "") -> int:
    """A value identifies nobody from now on, and what it joined comes apart. Returns how many identifiers it hit.

    ``kind`` empty: of any kind; ``*`` in the pattern stands for anything. Raises BadRule.
    """
    with transaction.atomic():
        _add_value(actor, kind, pattern, reason, allowed=False)
        leaves = matching_leaves(kind, as_written_down(kind, pattern))
        for leaf in sorted(leaves):
            _detach(leaf, actor, reason)
        _audit(actor, "value.blocked", pattern, {"kind": kind, "why": reason, "identifiers": len(leaves)})
    return len(leaves)


def allow_value(*, actor: Staff, pattern: str, reason: str, kind: str = "") -> None:
    """A value that a shipped pattern blocks does identify somebody here. Raises BadRule."""
    with transaction.atomic():
        _add_value(actor, kind, pattern, reason, allowed=True)
        _free(matching_leaves(kind, as_written_down(kind, pattern)))
        _audit(actor, "value.allowed", pattern, {"kind": kind, "why": reason})


def withdraw_value(*, actor: Staff, value: int) -> None:
    """Take a blocked (or allowed) value off the list. What it kept apart waits on the review page; nothing is joined
    by itself."""
    with transaction.atomic():
        row = BlockedValue.objects.filter(id=value).first()
        if row is None:
            return
        row.delete()
        new_edition()
        _free(matching_leaves(row.kind, row.pattern))
        _audit(actor, "value.withdrawn", row.pattern, {"kind": row.kind, "allowed": row.allowed})


def _add_value(actor: Staff, kind: str, pattern: str, reason: str, *, allowed: bool) -> None:
    if kind and not KIND.fullmatch(kind):
        raise BadRule("kind")
    if not pattern.replace("*", "").strip() or "\x00" in pattern or len(pattern) > 255:
        raise BadRule("pattern")
    BlockedValue.objects.update_or_create(
        kind=kind,
        pattern=as_written_down(kind, pattern),
        defaults={"allowed": allowed, "reason": reason[:200], "added_by": actor, "added_at": clock.now()},
    )
    new_edition()


def as_written_down(kind: str, pattern: str) -> str:
    """A pattern as it is compared: normalised where it is one value of one kind."""
    text = pattern.strip()
    if not kind or "*" in text:
        return text
    try:
        key = normalise(kind, text)
    except UnreadableIdentifier:
        return text
    return key[1] if key else text


def new_edition() -> None:
    """The last step of a change of rules. From the commit on every process reads the rules again; until then whoever makes links waits for us."""
    rules.hold_alone()
    RuleBook.objects.update_or_create(id=1, defaults={"edition": uuid4()})
    rules.forget()


def _detach(leaf: int, actor: Staff, reason: str) -> None:
    """Let a leaf stand alone: its links are refused, and whom it joined are persons of their own again."""
    person = lock_persons_of([leaf]).persons.get(leaf)
    if person is None:
        return
    Identifier.objects.filter(id=leaf).update(blocked=True)
    links = Link.objects.filter(Q(low_id=leaf) | Q(high_id=leaf)).exclude(state=Link.REFUSED)
    parted = without(joints_of(person), leaf)
    if parted.between:
        others = regroup(person, parted.sides, ByStaff(parted.between[0], actor.pk, reason, BLOCKED))
        _join_again([person, *others], parted.again)
    links.update(state=Link.REFUSED, why=BLOCKED, decided_by=actor, decided_at=clock.now(), note=reason)


def _join_again(persons: list[int], links: list[Joint]) -> None:
    """What holds the sides together without the leaf that stands alone now."""
    joining = Joining(
        rules.hold(),
        persons={one: one for one in persons},
        profiles=profiles_of(persons),
        fresh={},
        apart=apart_among(persons),
        names_of=names_of,
    )
    told = offer_again(joining, links)
    merge(joining, persons, told.__getitem__)


def _free(leaves: Iterable[int]) -> None:
    """Leaves that no rule blocks any more; their links wait for a decision."""
    current = rules.hold()
    rows = Identifier.objects.filter(id__in=list(leaves), blocked=True).values_list("id", "kind", "value")
    free = [id_ for id_, kind, value in rows if not current.is_blocked(kind, value)]
    Identifier.objects.filter(id__in=free).update(blocked=False)
    links = Link.objects.filter(Q(low_id__in=free) | Q(high_id__in=free), state=Link.REFUSED, why=BLOCKED)
    still = links.filter(Q(low__blocked=True) | Q(high__blocked=True)).values_list("id", flat=True)
    links.exclude(id__in=list(still)).update(state=Link.HELD, why=UNBLOCKED)


def _fields(rule: Rule) -> dict[str, object]:
    return {"limit": rule.limit, "per_source": rule.per_source, "weak": rule.weak}


def _audit(actor: Staff, action: str, subject_id: str, detail: dict[str, object]) -> None:
    audit(
        actor=actor,
        action=action,
        subject=action.partition(".")[0],
        subject_id=subject_id[:80],
        detail=detail,
    )
