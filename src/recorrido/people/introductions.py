"""Persons told by a table rather than by an event: a customer file, a loyalty list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
from django.db import connection, transaction
from django.utils.translation import gettext as _

from recorrido.people import rules
from recorrido.people.attributes import Told as Fact
from recorrido.people.attributes import tell_attributes
from recorrido.people.errors import UnreadableIdentifier
from recorrido.people.reading import UNREAD, read_identifiers
from recorrido.people.resolution import Ahead, Known, Told, look_ahead, resolve_identifiers
from recorrido.people.rules import Rules
from recorrido.shared import sql
from recorrido.shared.streams import seldom_collected, short_turns

GROUP = 5_000

BEFORE_ALL = datetime(1980, 1, 1, tzinfo=UTC)
"""The time of a fact whose table has none: whatever an event tells is newer."""

_encode = msgspec.json.Encoder().encode


class Introduction(NamedTuple):
    """Identifiers of one person as they are written, the principal first, and facts about the person.

    ``message_id`` names the row that says so, as evidence for the links.
    """

    message_id: str
    identifiers: tuple[tuple[str, str], ...]
    attributes: Mapping[str, Any] = MappingProxyType({})
    at: datetime = BEFORE_ALL


Read = Told | UnreadableIdentifier


def introduce_many(
    *, source: str, country: str, persons: Iterable[Introduction]
) -> Iterator[UnreadableIdentifier | None]:
    """Any number of persons, in short transactions; yields per person None, or why it was left out.

    The next group is read, checked and looked up by a second thread, with a connection of its own, while the database
    writes the one before. No group waits for the disk, but the end does: a server that dies in between may lose what
    was yielded last, which whoever reads the file again tells again.
    """
    with seldom_collected(), short_turns(), _Ahead(_groups(iter(persons), source, country)) as ahead:
        known = Known(meanwhile=ahead.begin)
        while group := ahead.take():
            read, known.looked_ahead = group
            with transaction.atomic():
                sql.commit_lazily()
                told = _introduce(read, known)
            yield from told
    sql.wait_for_disk()


class _Ahead:
    """Reads the next group in a second thread, from the moment on that the database is busy with the one before.

    Any sooner, two threads would take turns at being the one that runs.
    """

    def __init__(self, groups: Iterator[tuple[list[Read], Ahead]]) -> None:
        self._groups = groups
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="introductions")
        self._next: Future[tuple[list[Read], Ahead] | None] | None = None

    def begin(self) -> None:
        """Begin with the next group, if that was not done already."""
        if self._next is None:
            self._next = self._thread.submit(next, self._groups, None)

    def take(self) -> tuple[list[Read], Ahead] | None:
        """The next group, None after the last."""
        self.begin()
        assert self._next is not None
        group, self._next = self._next.result(), None
        return group

    def __enter__(self) -> _Ahead:
        return self

    def __exit__(self, *_error: object) -> None:
        with self._thread:
            self._thread.submit(_close_own_connection).result()


def _close_own_connection() -> None:
    connection.close()  # of the thread that calls this


def introduce_persons(
    *, source: str, country: str, persons: Sequence[Introduction], known: Known
) -> list[UnreadableIdentifier | None]:
    """Make the persons known, link their identifiers, keep their attributes; repeating it changes nothing.

    One transaction; hand in at most 5,000. Returns per person None, or why it was left out: nothing of it identifies
    anybody. An identifier that nobody can read, or that is a blocked value, is kept as the fact
    ``$unread_identifiers`` or ``$blocked_identifiers`` of a person who has others.
    """
    current = rules.current()
    return _introduce([_read(person, source, country, current) for person in persons], known)


def _groups(persons: Iterator[Introduction], source: str, country: str) -> Iterator[tuple[list[Read], Ahead]]:
    while batch := list(islice(persons, GROUP)):
        current = rules.current()
        read = [_read(person, source, country, current) for person in batch]
        told = (one.keys for one in read if isinstance(one, Told))
        yield read, look_ahead(told, current.edition)


def _introduce(read: Sequence[Read], known: Known) -> list[UnreadableIdentifier | None]:
    told = [one for one in read if isinstance(one, Told)]
    with transaction.atomic():
        groups, learnt = resolve_identifiers(told=told, known=known)
        tell_attributes(
            facts=(
                Fact(leaves[0], key, value, one.at)
                for one, leaves in zip(told, groups, strict=True)
                for key, value in one.attributes
            ),
            made=learnt.made,
        )
    known.take_in(learnt)
    return [None if isinstance(one, Told) else one for one in read]


def _read(person: Introduction, source: str, country: str, current: Rules) -> Read:
    keys, aside = read_identifiers(person.identifiers, country, current)
    if not keys:
        for kind, value, why in aside.get(UNREAD, ()):
            return UnreadableIdentifier(kind, value, why)
        return UnreadableIdentifier("person", person.message_id, _("no identifier"))
    facts = person.attributes if not aside else {**person.attributes, **aside}
    said = [(key, _encode(value).decode()) for key, value in facts.items()]
    return Told(keys, source, _hash(person.message_id), person.at, said)


def _hash(message_id: str) -> str:
    return blake2b(message_id.encode(), digest_size=16).hexdigest()
