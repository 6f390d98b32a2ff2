"""What a member of staff decides about links: these are one person, these are not, take this merge back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.people import rules
from recorrido.people.connecting import (
    forced,
    lock_persons_of,
    merge,
    place_links,
    regroup,
    until_certain,
)
from recorrido.people.errors import BlockedLeaf, NothingToUndo, SamePerson, UnknownLink, UnknownPerson
from recorrido.people.joining import CONTESTED
from recorrido.people.models import Identifier, Link, PersonChange
from recorrido.people.parting import part
from recorrido.people.queries import current_person_ids, joints_of
from recorrido.shared import clock

BY_HAND = "by_hand"
PROPOSAL = "proposal"
STAFF_SOURCE = "recorrido"


class ByStaff(NamedTuple):
    """Who joined or parted two persons, through which link, and why."""

    link: int
    actor: int
    why: str
    reason: str = BY_HAND
    source: str = STAFF_SOURCE
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Separation:
    """``person`` keeps its id, ``other`` answers under its own again; ``refused`` links lie between them."""

    person: int
    other: int
    refused: tuple[int, ...]


def accept_link(*, actor: Staff, link: int, why: str = "") -> int:
    """The two sides of a held or refused link are one person, whatever the rules say. Returns the person's id.

    What was refused between the two sides before connects again. Raises UnknownLink, BlockedLeaf.
    """
    return until_certain(lambda: _accept(actor, _link(link), why))


def refuse_link(*, actor: Staff, link: int, why: str = "") -> None:
    """The two sides of a held link are different persons: the link is kept and never joins them.

    Raises UnknownLink, SamePerson (take such a link back with ``unmerge_link``).
    """

    def refuse() -> None:
        row = _link(link)
        ends = lock_persons_of([row.low_id, row.high_id]).persons
        if len(set(ends.values())) == 1:
            raise SamePerson
        if row.state == Link.HELD:
            _settle([row.id], Link.REFUSED, actor, why)
            _write_down(actor, "link.refused", row.id, Link.HELD, Link.REFUSED, why)

    until_certain(refuse)


def merge_persons(*, actor: Staff, one: int, other: int, why: str = "", reason: str = BY_HAND) -> int:
    """Two persons are one, by hand: a link of the two identifiers whose ids are given (a person's id is its oldest
    identifier's). Returns the id of the person.

    Raises UnknownPerson, SamePerson, BlockedLeaf.
    """
    return until_certain(lambda: _merge_by_hand(actor, one, other, why, reason))


def unmerge(*, actor: Staff, merge: int, why: str = "") -> Separation | None:
    """Take a merge (the id of its PersonChange) back. None where the two are apart already.

    Both sides get back what was theirs; what came since stays with the side of its earliest link. Raises NothingToUndo.
    """

    def undo() -> Separation | None:
        change = PersonChange.objects.filter(id=merge, kind=PersonChange.MERGED).first()
        if change is None:
            raise NothingToUndo
        if change.link_id is not None:
            return _separate_link(actor, _link(change.link_id), why)
        return _separate(actor, change.person_id, change.other_id, None, why)

    return until_certain(undo)


def unmerge_link(*, actor: Staff, link: int, why: str = "") -> Separation | None:
    """Take apart what a link joined. None where its two identifiers are apart already. Raises UnknownLink."""
    return until_certain(lambda: _separate_link(actor, _link(link), why))


def _link(link_id: int) -> Link:
    row = Link.objects.filter(id=link_id).first()
    if row is None:
        raise UnknownLink(link_id)
    return row


def _accept(actor: Staff, row: Link, why: str) -> int:
    if row.state == Link.CONNECTS:
        return current_person_ids([row.low_id])[row.low_id]
    before = row.state
    person = _join(actor, row, why, row.reason)
    _write_down(actor, "link.accepted", row.id, before, Link.CONNECTS, why)
    return person


def _merge_by_hand(actor: Staff, one: int, other: int, why: str, reason: str) -> int:
    current = current_person_ids([one, other])
    for person in (one, other):
        if person not in current:
            raise UnknownPerson(person)
    if current[one] == current[other]:
        raise SamePerson
    low, high = sorted((one, other))
    row, _made = Link.objects.get_or_create(
        low_id=low,
        high_id=high,
        defaults={"state": Link.HELD, "reason": reason, "source": STAFF_SOURCE, "at": clock.now()},
    )
    person = _join(actor, row, why, reason)
    _write_down(actor, "person.merged", person, max(current.values()), person, why)
    return person


def _join(actor: Staff, row: Link, why: str, reason: str) -> int:
    """Connect the link, and whatever was refused, or let go as contested, between its two sides."""
    rules.hold()
    pair = (row.low_id, row.high_id)
    ends = lock_persons_of(pair)
    if ends.blocked:
        raise BlockedLeaf
    Identifier.objects.filter(id__in=ends.contested).update(contested=False)
    joining = forced(ends.persons, pair)
    _settle([row.id], Link.CONNECTS, actor, why)
    merge(joining, ends.persons.values(), lambda pair: ByStaff(row.id, actor.pk, why, reason))
    person = joining.components.find(row.low_id)
    inside = Identifier.objects.filter(person_id=person).values("id")
    between = Link.objects.filter(state=Link.REFUSED, low_id__in=inside, high_id__in=inside)
    let_go = Link.objects.filter(state=Link.HELD, why=CONTESTED, low_id__in=inside, high_id__in=inside)
    waiting = sorted(link for rows in (between, let_go) for link in rows.values_list("id", flat=True))
    _settle(waiting, Link.CONNECTS, actor, why)
    place_links([row.id, *waiting])
    return person


def _separate_link(actor: Staff, row: Link, why: str) -> Separation | None:
    return _separate(actor, row.low_id, row.high_id, row.id, why)


def _separate(actor: Staff, one: int, other: int, link: int | None, why: str) -> Separation | None:
    rules.hold()
    ends = lock_persons_of([one, other]).persons
    person = ends[one]
    if ends[other] != person:
        return None
    parted = part(joints_of(person), one, other)
    (moved,) = regroup(person, parted.sides, ByStaff(link or parted.between[0], actor.pk, why))
    _settle([*parted.between, *([link] if link else [])], Link.REFUSED, actor, why)
    _write_down(actor, "person.unmerged", person, person, moved, why)
    return Separation(person, moved, tuple(parted.between))


def _settle(links: list[int], state: str, actor: Staff, why: str) -> None:
    Link.objects.filter(id__in=links).update(
        state=state, why="", decided_by=actor, decided_at=clock.now(), note=why
    )


def _write_down(actor: Staff, action: str, subject_id: int, before: object, after: object, why: str) -> None:
    detail = {"from": str(before), "to": str(after), "why": why}
    audit(actor=actor, action=action, subject=action.partition(".")[0], subject_id=subject_id, detail=detail)
