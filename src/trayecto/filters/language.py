"""The filter language: a boolean expression of sequence functions and SQL conditions on attributes.

    expression := term { "or" term }
    term       := factor { "and" factor }
    factor     := "not" factor | "(" expression ")" [ "is not true" ] | function "(" arguments ")" | condition
    argument   := 'text' | number | true | false | null | [list] | {'key': value} | name => argument

A condition is everything up to the next ``and``, ``or`` or closing bracket of its own level, and is handed to
DuckDB as it stands. Keywords and function names may be written in any case. ``not`` before a condition is SQL's own
(null stays null, and is not kept); ``(expression) is not true`` keeps every journey that the expression does not.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from trayecto.errors import BadExpression, did_you_mean
from trayecto.filters.attributes import FUNCTIONS, Attribute
from trayecto.filters.base import And, Filter, Not, Or, may_be_null
from trayecto.filters.tokens import Token, sql_of, tokens_of, unquoted

Functions = Mapping[str, Callable[..., Filter]]

DEEPEST = 60  # brackets and nots inside one another
_OPENING = {"(": ")", "[": "]", "{": "}"}
_SYNTAX = frozenset(
    [
        "case",
        "cast",
        "try_cast",
        "extract",
        "interval",
        "exists",
        "in",
        "and",
        "or",
        "not",
        "when",
        "then",
        "else",
        "between",
        "like",
    ]
)
_CONSTANTS = {"null": None, "true": True, "false": False}


def parse_expression(text: str, functions: Functions) -> Filter:
    """The filter that a text describes; BadExpression says where it cannot be understood."""
    if not isinstance(text, str) or not text.strip():
        raise BadExpression(
            "The filter is empty: write a condition such as country = 'CL' or has('order.placed')."
        )
    parser = _Parser(tokens_of(text), text, functions)
    found = parser.expression()
    if not parser.at_end():
        raise BadExpression(parser.unexpected())
    return found


class _Parser:
    def __init__(self, tokens: Sequence[Token], text: str, functions: Functions) -> None:
        self.tokens, self.text, self.functions = list(tokens), text, functions
        self.place, self.depth = 0, 0

    def expression(self) -> Filter:
        return self._joined("or", Or, lambda: self._joined("and", And, self._factor))

    def at_end(self) -> bool:
        return self.place >= len(self.tokens)

    def unexpected(self) -> str:
        if self.at_end():
            return f"The filter ends where something is missing: `{self.text}`."
        token = self.tokens[self.place]
        return f"Did not expect {token.text} at character {token.at + 1} of the filter `{self.text}`."

    def _joined(self, word: str, kind: type[And] | type[Or], part: Callable[[], Filter]) -> Filter:
        parts = [part()]
        while self._take_word(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else kind(tuple(parts))

    def _factor(self) -> Filter:
        self.depth += 1
        if self.depth > DEEPEST:
            raise BadExpression(f"The filter is nested more than {DEEPEST} deep.")
        try:
            return self._one_factor()
        finally:
            self.depth -= 1

    def _one_factor(self) -> Filter:
        if self._take_word("not"):
            return _negated(self._factor())
        if self._is_group():
            return self._group()
        if self._is_function():
            return self._function()
        return self._condition()

    def _peek(self, ahead: int = 0) -> Token | None:
        place = self.place + ahead
        return self.tokens[place] if place < len(self.tokens) else None

    def _take_word(self, *words: str) -> bool:
        token = self._peek()
        if token is None or not token.is_word(*words):
            return False
        self.place += 1
        return True

    def _take_sign(self, *signs: str) -> bool:
        token = self._peek()
        if token is None or not token.is_sign(*signs):
            return False
        self.place += 1
        return True

    def _need_sign(self, sign: str) -> None:
        if not self._take_sign(sign):
            raise BadExpression(f"{self.unexpected()} A '{sign}' was expected there.")

    # groups -----------------------------------------------------------------------------------------

    def _is_group(self) -> bool:
        """A bracket that holds a whole expression, not the beginning of ``(a + b) * 2 > 4``."""
        token = self._peek()
        if token is None or not token.is_sign("("):
            return False
        after = self._closing(self.place) + 1
        return _ends_factor(self.tokens, after) or self._is_complement(after)

    def _is_complement(self, place: int) -> bool:
        words = self.tokens[place : place + 3]
        expected = zip(words, ("is", "not", "true"), strict=False)
        return (
            len(words) == 3
            and all(token.is_word(word) for token, word in expected)
            and (_ends_factor(self.tokens, place + 3))
        )

    def _group(self) -> Filter:
        self._need_sign("(")
        inside = self.expression()
        self._need_sign(")")
        if self._is_complement(self.place):
            self.place += 3
            return Not(inside)
        return inside

    def _closing(self, place: int) -> int:
        """The place of the bracket that closes the one at ``place``."""
        open_: list[Token] = []
        for at in range(place, len(self.tokens)):
            token = self.tokens[at]
            if token.is_sign(*_OPENING):
                open_.append(token)
            elif token.is_sign(*_OPENING.values()):
                if _OPENING[open_.pop().text] != token.text:
                    self.place = at
                    raise BadExpression(self.unexpected())
                if not open_:
                    return at
        opened = self.tokens[place]
        raise BadExpression(
            f"The '{opened.text}' at character {opened.at + 1} of the filter `{self.text}` is never closed."
        )

    # functions --------------------------------------------------------------------------------------

    def _is_function(self) -> bool:
        token, bracket = self._peek(), self._peek(1)
        called = token is not None and token.kind == "word" and bracket is not None and bracket.is_sign("(")
        return called and token is not None and token.text.lower() in self.functions

    def _function(self) -> Filter:
        name = self.tokens[self.place].text.lower()
        self.place += 1
        positional, named = self._arguments(name)
        if not _ends_factor(self.tokens, self.place):
            raise BadExpression(
                f"{self.unexpected()} {name}() is a condition by itself: join it by and, or, not."
            )
        function = self.functions[name]
        try:
            inspect.signature(function).bind(*positional, **named)
        except TypeError as error:
            raise BadExpression(f"{name}({_parameters(function)}): {error} (`{self.text}`).") from None
        return function(*positional, **named)

    def _arguments(self, name: str) -> tuple[list[Any], dict[str, Any]]:
        self._need_sign("(")
        positional: list[Any] = []
        named: dict[str, Any] = {}
        while not self._take_sign(")"):
            key = self._argument_name()
            value = self._value(name)
            if key is None:
                positional.append(value)
            else:
                named[key] = value
            self._need_comma_unless(")")
        return positional, named

    def _argument_name(self) -> str | None:
        token, sign = self._peek(), self._peek(1)
        if token is None or sign is None or token.kind != "word" or not sign.is_sign("=>", ":=", "="):
            return None
        self.place += 2
        return token.text.lower()

    def _value(self, name: str) -> Any:
        token = self._peek()
        if token is None:
            raise BadExpression(self.unexpected())
        if token.is_sign("["):
            return self._list(name)
        if token.is_sign("{"):
            return self._mapping(name)
        if self._take_sign("-"):
            return -self._number()
        return self._number() if token.kind == "number" else self._constant(token, name)

    def _number(self) -> int | float:
        token = self._peek()
        if token is None or token.kind != "number":
            raise BadExpression(self.unexpected())
        self.place += 1
        text = token.text.replace("_", "")
        return int(text) if text.isdigit() else float(text)

    def _constant(self, token: Token, name: str) -> Any:
        self.place += 1
        if token.kind == "string":
            return unquoted(token)
        if token.is_word(*_CONSTANTS):
            return _CONSTANTS[token.text.lower()]
        raise BadExpression(
            f"{name}() takes names in quotes, not {token.text} (character {token.at + 1} of `{self.text}`);"
            " a condition on an attribute is written with =, <, in, like."
        )

    def _list(self, name: str) -> tuple[Any, ...]:
        self._need_sign("[")
        items: list[Any] = []
        while not self._take_sign("]"):
            items.append(self._value(name))
            self._need_comma_unless("]")
        return tuple(items)

    def _mapping(self, name: str) -> dict[str, Any]:
        self._need_sign("{")
        items: dict[str, Any] = {}
        while not self._take_sign("}"):
            key = self._value(name)
            self._need_sign(":")
            items[str(key)] = self._value(name)
            self._need_comma_unless("}")
        return items

    def _need_comma_unless(self, closing: str) -> None:
        after = self._peek()
        if after is not None and after.is_sign(closing):
            return
        if not self._take_sign(","):
            raise BadExpression(f"{self.unexpected()} A ',' or a '{closing}' was expected there.")

    # conditions -------------------------------------------------------------------------------------

    def _condition(self) -> Filter:
        start, betweens, cases = self.place, 0, 0
        while (token := self._peek()) is not None:
            if token.is_sign(*_OPENING):
                self.place = self._closing(self.place)
            elif token.is_sign(")", "]", "}") or (not cases and self._joins(token, betweens)):
                break
            elif token.is_word("and") and not cases:
                betweens -= 1
            betweens += token.is_word("between") and not cases
            cases += token.is_word("case") - token.is_word("end")
            self.place += 1
        if self.place == start:
            raise BadExpression(self.unexpected())
        condition = self.tokens[start : self.place]
        self._refuse_functions(condition)
        return Attribute(sql_of(condition))

    @staticmethod
    def _joins(token: Token, betweens: int) -> bool:
        """Whether an ``and``/``or`` joins two factors; the ``and`` of ``between 1 and 2`` does not."""
        return token.is_word("or") or (token.is_word("and") and betweens == 0)

    def _refuse_functions(self, condition: Sequence[Token]) -> None:
        """Words called like functions that are none, or that are conditions of their own."""
        for token, bracket in pairwise(condition):
            if token.kind == "word" and bracket.is_sign("("):
                self._refuse_function(token.text.lower(), token.at + 1)

    def _refuse_function(self, name: str, character: int) -> None:
        if name in FUNCTIONS or name in _SYNTAX:
            return
        if name in self.functions:
            raise BadExpression(
                f"{name}() at character {character} of `{self.text}` is a condition by itself:"
                " join it by and, or, not."
            )
        if guess := did_you_mean(name, self.functions):
            raise BadExpression(
                f"There is no function '{name}' (character {character} of `{self.text}`).{guess}"
            )


def _ends_factor(tokens: Sequence[Token], place: int) -> bool:
    """Whether a factor may end before this place: at the end, at ``and``, ``or`` or a closing bracket."""
    return place >= len(tokens) or tokens[place].is_word("and", "or") or tokens[place].is_sign(")")


def _parameters(function: Callable[..., Filter]) -> str:
    parameters = inspect.signature(function).parameters.values()
    return ", ".join(str(parameter.replace(annotation=inspect.Parameter.empty)) for parameter in parameters)


def _negated(operand: Filter) -> Filter:
    """``not`` as SQL means it: null stays null, also when functions stand beside conditions on attributes."""
    sql = operand.as_sql()
    if sql is not None:
        return Attribute(f"not ({sql})" if isinstance(operand, And | Or) else f"not {sql}")
    if isinstance(operand, And | Or) and may_be_null(operand):
        other = Or if isinstance(operand, And) else And
        return other(tuple(map(_negated, operand.filters)))
    return Not(operand)
