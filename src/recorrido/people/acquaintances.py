"""Whom messages named together before, so that one index probe finds them, whatever the number of their identifiers.

`sight` asks three times for a message of two values: for either leaf, and whether they are linked. What it found for
all values of a message together is written down under their hash, for every process. Nothing is decided by it, and it
may be emptied at any moment: then `sight` is asked again.

The hash is salted with the edition of the rules. Whoever blocks a value, or ends or resumes an identifier, makes a new
edition, so that what was found before is not found again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import chain
from uuid import UUID

from django.db import transaction
from psycopg.errors import LockNotAvailable

from recorrido.people import sight
from recorrido.people.kinds import Key
from recorrido.people.rules import Rules
from recorrido.people.sight import Sight
from recorrido.shared import sql

MOST_PER_IDENTIFIER = 2
"""Where there are more rows than that, most of them are of editions past."""
FEW = 100_000

_NO_EDITION = UUID(int=0)


def see(messages: Iterable[tuple[Key, ...]], in_force: Rules) -> Sight:
    """As `sight.see`, by what that found before. Must run inside a transaction; what is learnt is written there."""
    wanted = dict.fromkeys(messages)
    hashes = _hashes((keys for keys in wanted if len(keys) > 1), in_force)
    met = _recall(hashes)
    seen = sight.see([keys for keys in wanted if keys not in met], in_force)
    _write({hashes[keys]: leaves for keys, leaves in seen.groups.items() if keys in hashes})
    seen.groups.update(met)
    return seen


def remember(groups: Mapping[tuple[Key, ...], Sequence[int]], in_force: Rules) -> None:
    """Write down the leaves, the principal's first, of messages whose leaves are there and linked by these rules."""
    hashes = _hashes(groups, in_force)
    _write({hash_: groups[keys] for keys, hash_ in hashes.items()})


def clear_out() -> bool:
    """Empty the memory where most of it must be of editions past; whether that was done. Outside of transactions."""
    ((grown,),) = sql.fetch(_GROWN, MOST_PER_IDENTIFIER, FEW)
    if not grown:
        return False
    try:
        with transaction.atomic():
            # Shorter than the second after which PostgreSQL looks for a circle: nobody's group is lost for this.
            sql.execute("SET LOCAL lock_timeout = '500ms'")
            sql.execute("TRUNCATE people_acquaintance")
    except LockNotAvailable:
        return False
    return True


def _hashes(messages: Iterable[tuple[Key, ...]], in_force: Rules) -> dict[tuple[Key, ...], str]:
    """16 bytes, in hex, for the values of each message in their order. No kind and no value holds a line end."""
    salt = (in_force.edition or _NO_EDITION).bytes
    return {
        keys: blake2b("\n".join(chain.from_iterable(keys)).encode(), digest_size=16, salt=salt).hexdigest()
        for keys in messages
    }


def _recall(hashes: Mapping[tuple[Key, ...], str]) -> dict[tuple[Key, ...], list[int]]:
    """The leaves of the messages that were met, the principal's first."""
    if not hashes:
        return {}
    ((told,),) = sql.fetch(_RECALL, sql.array(hashes.values()))
    return {
        keys: [int(leaf) for leaf in leaves.split(",")]
        for keys, leaves in zip(hashes, told.split(";"), strict=True)
        if leaves
    }


def _write(groups: Mapping[str, Sequence[int]]) -> None:
    if groups:
        leaves = (",".join(map(str, group)) for group in groups.values())
        sql.execute(_REMEMBER, sql.array(groups), sql.text_array(leaves))


# Two processes may write down the same at the same moment: either row will do, so neither waits for the other.
_RECALL = """
    SELECT string_agg(coalesce(leaves, ''), ';')
    FROM (SELECT (SELECT leaves FROM people_acquaintance a WHERE a.hash = wanted.hash LIMIT 1) AS leaves
          FROM unnest(%s::uuid[]) WITH ORDINALITY AS wanted (hash, position)
          ORDER BY wanted.position OFFSET 0) found
"""
_REMEMBER = "INSERT INTO people_acquaintance (hash, leaves) SELECT * FROM unnest(%s::uuid[], %s::text[])"
_GROWN = """
    SELECT met.reltuples > greatest(%s::int * leaves.reltuples, %s::int)
    FROM pg_class met, pg_class leaves
    WHERE met.oid = 'people_acquaintance'::regclass AND leaves.oid = 'people_identifier'::regclass
"""
