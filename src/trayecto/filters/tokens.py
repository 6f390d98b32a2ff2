"""A filter's text cut into words, and words of SQL written back in one canonical form."""

from __future__ import annotations

import re
from typing import NamedTuple

from trayecto.errors import BadExpression


class Token(NamedTuple):
    kind: str  # string, name (double-quoted), number, word, sign
    text: str
    at: int  # place in the text, from 0

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.lower() in words

    def is_sign(self, *signs: str) -> bool:
        return self.kind == "sign" and self.text in signs


_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<string>'(?:[^']|'')*')
  | (?P<name>"(?:[^"]|"")+")
  | (?P<number>(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<word>[^\W\d]\w*)
  | (?P<refused>--|/\*|[;$?\#\\`])
  | (?P<sign>!~~\*|!~~|~~\*|~~|->>|->|=>|:=|::|<>|<=|>=|!=|==|\|\||\^@|\*\*|//|<<|>>|[=<>!+\-*/%^&|~.,()\[\]{}:@])
    """,
    re.VERBOSE,
)
_SPACED_BEFORE_BRACKET = frozenset(
    [
        "in",
        "and",
        "or",
        "not",
        "case",
        "when",
        "then",
        "else",
        "between",
        "like",
        "ilike",
        "is",
        "any",
        "all",
        "exists",
        "interval",
        "similar",
        "to",
        "glob",
    ]
)
_PREFIXED_STRINGS = frozenset(["e", "x", "b", "u", "n"])  # e'…' and the like mean something else than '…'


def tokens_of(text: str) -> list[Token]:
    """The words of a filter's text; BadExpression names the place that cannot be read."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup == "refused":
            raise BadExpression(_unreadable(text, at))
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match[0], at))
            _refuse_prefixed_string(found, text)
        at = match.end()
    return found


def _unreadable(text: str, at: int) -> str:
    if text[at] in "'\"":
        return f"The quote opened at character {at + 1} of the filter is never closed: {text[at : at + 30]}"
    return f"The filter cannot hold '{text[at]}' (character {at + 1}): …{text[max(0, at - 10) : at + 10]}…"


def _refuse_prefixed_string(found: list[Token], text: str) -> None:
    if len(found) < 2 or found[-1].kind != "string":
        return
    before, string = found[-2:]
    if before.is_word(*_PREFIXED_STRINGS) and before.at + len(before.text) == string.at:
        raise BadExpression(
            f"Write plain text in quotes, without '{before.text}' before them (character {before.at + 1})."
        )


def unquoted(token: Token) -> str:
    """The text inside a string token."""
    return token.text[1:-1].replace("''", "'")


def sql_of(tokens: list[Token]) -> str:
    """SQL in canonical spacing; cutting it into tokens again gives the same tokens."""
    written = ""
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else None
        if before is not None and _spaced(tokens, place, before, token):
            written += " "
        written += token.text
    return written


def _spaced(tokens: list[Token], place: int, before: Token, token: Token) -> bool:
    if token.is_sign(")", "]", "}", ",", "::") or before.is_sign("(", "[", "{", "::"):
        return False
    if token.is_sign(".") or before.is_sign("."):
        return token.kind == "number" or before.kind == "number"  # `1 .x` read again must not become `1.x`
    if token.is_sign("(", "["):
        return not _binds_bracket(before)
    if before.is_sign("-") and _is_unary(tokens, place - 1):
        return token.is_sign("-", ">")  # two minus signs would begin a comment
    return True


def _binds_bracket(before: Token) -> bool:
    """Whether a bracket stands close after this token: f(…), list[1], but `in (…)`."""
    if before.kind == "word":
        return before.text.lower() not in _SPACED_BEFORE_BRACKET
    return before.kind == "name" or before.is_sign(")", "]", "[", "(")


def _is_unary(tokens: list[Token], place: int) -> bool:
    if place == 0:
        return True
    before = tokens[place - 1]
    if before.kind == "word":
        return before.text.lower() in _SPACED_BEFORE_BRACKET
    return before.kind == "sign" and not before.is_sign(")", "]", "}")
