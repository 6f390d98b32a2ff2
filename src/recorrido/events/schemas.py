"""What the properties of an event type should look like: JSON Schema 2020-12, compiled. No database in here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, NoReturn

import jsonschema_rs
from django.utils.translation import gettext as _

from recorrido.events.errors import BadSchema

MOST_TEXT = 64 * 1024
MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class CompiledSchema:
    """One schema in force, ready to check properties with."""

    type: str
    version: int
    refuses: bool
    validator: jsonschema_rs.Draft202012Validator

    def violations(self, properties: Any, *, most: int) -> list[str]:
        """Where and why the properties are not as the schema says: "/amount: "x" is not of type "number""."""
        if self.validator.is_valid(properties):
            return []
        return sentences(self.validator, properties, most=most)


SchemaBook = Mapping[str, CompiledSchema]
"""The schemas in force, by the word of the event type as it arrives."""

NO_SCHEMAS: SchemaBook = {}


def compile_schema(text: str) -> jsonschema_rs.Draft202012Validator:
    """Compile a schema. Raises BadSchema with a sentence that says what is wrong and where."""
    return _validator(parse_schema(text))


def parse_schema(text: str) -> dict[str, Any] | bool:
    if len(text) > MOST_TEXT:
        raise BadSchema(
            _("The schema is %(length)s characters long; at most %(most)s are taken.")
            % {"length": len(text), "most": MOST_TEXT}
        )
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadSchema(_("This is no JSON: %(why)s.") % {"why": error}) from None
    if not isinstance(schema, dict | bool):
        raise BadSchema(_("A schema is an object, written in braces."))
    return schema


def _validator(schema: dict[str, Any] | bool) -> jsonschema_rs.Draft202012Validator:
    try:
        # Linear-time patterns and nothing fetched: whoever writes a schema can neither hang the door nor read files.
        return jsonschema_rs.Draft202012Validator(
            schema, retriever=_nothing_is_fetched, pattern_options=jsonschema_rs.RegexOptions()
        )
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        raise BadSchema(_("This is no JSON Schema 2020-12: %(why)s.") % {"why": _first_line(error)}) from None


def _nothing_is_fetched(address: str) -> NoReturn:
    raise ValueError("a schema may point into itself only")


def sentences(validator: jsonschema_rs.Draft202012Validator, value: Any, *, most: int) -> list[str]:
    """Where and why a value is not as its schema says."""
    return [_sentence(error) for error in islice(validator.iter_errors(value), most)]


def _sentence(error: jsonschema_rs.ValidationError) -> str:
    place = "/" + "/".join(str(part) for part in error.instance_path)
    return f"{place}: {error.message}"[:MOST_WORDS]


def _first_line(error: Exception) -> str:
    message = getattr(error, "message", "") or str(error)
    return message.splitlines()[0].rstrip(".")[:MOST_WORDS] if message else type(error).__name__
