"""Persons told by a table rather than by an event: a customer file, a loyalty list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import chain, islice
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
from django.db import connection, transaction
from django.utils.translation import gettext as _

from recorrido.people import rules
from recorrido.people.attributes import Told as Fact
from recorrido.people.attributes import copy_facts, lines_of, tell_attributes
from recorrido.people.errors import UnreadableIdentifier
from recorrido.people.kinds import Key
from recorrido.people.models import Identifier
from recorrido.people.reading import UNREAD, read_identifiers
from recorrido.people.resolution import Look, Told, look_up, resolve_ahead
from recorrido.people.rules import Rules
from recorrido.people.sieve import Sieve
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


@dataclass(frozen=True, slots=True)
class _Group:
    """Up to 5,000 persons, read and looked up. ``told``: of those who are known by anything; ``facts``: of strangers,
    as lines."""

    problems: list[UnreadableIdentifier | None]
    told: list[Told]
    look: Look
    facts: list[str]


def introduce_many(
    *, source: str, country: str, persons: Iterable[Introduction]
) -> Iterator[UnreadableIdentifier | None]:
    """Any number of persons, in short transactions; yields per person None, or why it was left out: nothing of it
    identifies anybody. Telling them again changes nothing.

    An identifier that nobody can read, or that is a blocked value, is kept as the fact ``$unread_identifiers`` or
    ``$blocked_identifiers`` of a person who has others.

    The next group is read, checked, looked up and made ready by a second thread, with a connection of its own, while
    the database writes the one before. No group waits for the disk, but the end does: a server that dies in between may
    lose what was yielded last, which whoever reads the file again tells again.
    """
    sieve = Sieve(is_open=not Identifier.objects.exists())
    with seldom_collected(), short_turns(), _Ahead(_groups(iter(persons), source, country, sieve)) as ahead:
        while group := ahead.take():
            with transaction.atomic():
                sql.commit_lazily()
                if not _introduce(group, ahead.begin):
                    sieve.close()
            yield from group.problems
    sql.wait_for_disk()


class _Ahead:
    """Reads the next group in a second thread, from the moment on that the database is busy with the one before.

    Any sooner, two threads would take turns at being the one that runs.
    """

    def __init__(self, groups: Iterator[_Group]) -> None:
        self._groups = groups
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="introductions")
        self._next: Future[_Group | None] | None = None

    def begin(self) -> None:
        """Begin with the next group, if that was not done already."""
        if self._next is None:
            self._next = self._thread.submit(next, self._groups, None)

    def take(self) -> _Group | None:
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
    *, source: str, country: str, persons: Sequence[Introduction]
) -> list[UnreadableIdentifier | None]:
    """The same for at most 5,000 persons, within the caller's transaction if there is one."""
    group = _read_group(persons, source, country, frozenset(), Sieve(is_open=False))
    with transaction.atomic():
        _introduce(group, lambda: None)
    return group.problems


def _groups(persons: Iterator[Introduction], source: str, country: str, sieve: Sieve) -> Iterator[_Group]:
    before: Set[Key] = frozenset()
    while batch := list(islice(persons, GROUP)):
        group = _read_group(batch, source, country, before, sieve)
        before = frozenset(chain.from_iterable(one.keys for one in group.told))
        yield group


def _read_group(
    persons: Sequence[Introduction], source: str, country: str, before: Set[Key], sieve: Sieve
) -> _Group:
    """``before``: the values of the group that is just being written."""
    current = rules.current()
    read = [_read(person, source, country, current) for person in persons]
    told = [one for one in read if isinstance(one, Told)]
    look = look_up(told, current, before=before, sift=sieve.sift, checked=True)
    facts = _facts((told[number], leaves) for number, leaves in look.ready.leaves_of.items())
    return _Group([None if isinstance(one, Told) else one for one in read], told, look, lines_of(facts))


def _introduce(group: _Group, meanwhile: Callable[[], None]) -> bool:
    """Whether what was looked up ahead still held."""
    with transaction.atomic():
        groups, look = resolve_ahead(told=group.told, look=group.look, meanwhile=meanwhile)
        told: Iterable[tuple[Told, Sequence[int]]] = zip(group.told, groups, strict=True)
        if look is group.look:
            copy_facts(group.facts)
            strangers = look.ready.leaves_of
            told = (one for number, one in enumerate(told) if number not in strangers)
        tell_attributes(facts=_facts(told), made=set(look.new.values()))
    return look is group.look


def _facts(told: Iterable[tuple[Told, Sequence[int]]]) -> Iterator[Fact]:
    return (Fact(leaves[0], key, value, one.at) for one, leaves in told for key, value in one.attributes)


def _read(person: Introduction, source: str, country: str, current: Rules) -> Told | UnreadableIdentifier:
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
