"""Values that identify nobody: what systems write where they know nothing, and what people type to get past a field.

``*`` in a pattern stands for anything. Patterns are compared without regard to case, with the value as it was written
and as it is normalised.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from recorrido.people.kinds import OFFICIAL


class Pattern(NamedTuple):
    """``kind`` empty: of any kind."""

    kind: str
    pattern: str
    reason: str | Promise


_NO_VALUE = _("what a system writes where it has no value")
_NO_MAIL = _("what people type who have no e-mail address")
_TEST = _("a test")
_MACHINE = _("nobody reads this mailbox")
_ANYBODY = _("what the tax office gives to customers without a number")

_WORDS = (
    "null nil none nan n/a na s/n s/i nd n/d undefined unknown empty anonymous anonimo anónimo guest invitado "
    "desconocido ninguno ninguna false true 0 -1 - -- . xxx test prueba [object object] (null) <null> \\n #n/a"
)
_EMAILS = (
    (
        "null@* none@* undefined@* na@* nomail@* noemail@* nocorreo@* sincorreo@* sin-correo@* sin.correo@* sin_correo@*",
        0,
    ),
    (
        "sinemail@* sinmail@* notiene@* no-tiene@* no.tiene@* notienecorreo@* no@tiene* no@no.* sin@correo* ninguno@*",
        0,
    ),
    (
        "correo@correo.* email@email.* mail@mail.* a@a.* aa@aa.* aaa@aaa.* x@x.* xx@xx.* xxx@xxx.* nn@nn.* asd@asd.* asdf@*",
        0,
    ),
    ("test@* tests@* testing@* prueba@* pruebas@*", 1),
    (
        "noreply@* no-reply@* no_reply@* donotreply@* do-not-reply@* no-responder@* noresponder@* mailer-daemon@*",
        2,
    ),
)

SHIPPED = (
    *(Pattern("", word, _NO_VALUE) for word in re.split(r" (?!object)", _WORDS)),
    *(
        Pattern("email", word, (_NO_MAIL, _TEST, _MACHINE)[why])
        for words, why in _EMAILS
        for word in words.split()
    ),
    Pattern("mx.rfc", "XAXX010101000", _ANYBODY),
    Pattern("mx.rfc", "XEXX010101000", _ANYBODY),
)
"""Beside these, `repeats_itself`."""


def repeats_itself(kind: str, value: str) -> bool:
    """Two zeros or more and nothing else, one digit over and over, a telephone that ends in eight equal digits,
    ``11111111-1``."""
    last = value[-1:]
    if kind in OFFICIAL and len(value) > 6 and len(set(value[:-1])) == 1:
        return True
    if not last.isdigit():
        return False
    count = value.count(last)
    if last == "0" and count > 1 and not value.strip("0 .-"):
        return True
    return count >= 7 and (count == len(value) or (kind == "phone" and value.endswith(last * 8)))


@dataclass(frozen=True, slots=True)
class Patterns:
    """Ready to be asked: patterns without a ``*`` by hash, those that end in their only one by how a value begins, the
    others by one expression."""

    words: frozenset[str] = frozenset()
    starts: tuple[str, ...] = ()
    shapes: re.Pattern[str] | None = None
    longest: int = sys.maxsize
    """No longer value can be one of these."""

    @classmethod
    def of(cls, folded: Collection[str]) -> Patterns:
        words, starts, shapes = set(), [], []
        for pattern in folded:
            before, star, after = pattern.partition("*")
            if not star:
                words.add(pattern)
            elif not after:
                starts.append(before)
            else:
                shapes.append(".*".join(map(re.escape, pattern.split("*"))))
        longest = sys.maxsize if starts or shapes else max(map(len, words), default=0)
        expression = re.compile("|".join(shapes)) if shapes else None
        return cls(frozenset(words), tuple(starts), expression, longest)

    def hold(self, value: str) -> bool:
        if len(value) > self.longest:  # without regard to case it is no shorter
            return False
        folded = value.casefold()
        if folded in self.words or folded.startswith(self.starts):
            return True
        return self.shapes is not None and self.shapes.fullmatch(folded) is not None


@dataclass(frozen=True, slots=True)
class Values:
    """A set of patterns: for each kind that has some of its own, these and those of any kind."""

    of_any_kind: Patterns = field(default_factory=Patterns)
    of_kinds: Mapping[str, Patterns] = field(default_factory=dict)

    @classmethod
    def of(cls, patterns: Iterable[tuple[str, str]]) -> Values:
        folded: dict[str, list[str]] = {"": []}
        for kind, pattern in patterns:
            folded.setdefault(kind, []).append(pattern.casefold())
        shared = folded.pop("")
        kinds = {kind: Patterns.of([*own, *shared]) for kind, own in folded.items()}
        return cls(Patterns.of(shared), kinds)

    def hold(self, kind: str, value: str) -> bool:
        return self.of_kinds.get(kind, self.of_any_kind).hold(value)
