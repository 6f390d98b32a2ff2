from __future__ import annotations

import pytest

from recorrido.people.errors import UnreadableIdentifier
from recorrido.people.identifiers import normalise


@pytest.mark.parametrize(
    ("kind", "written", "country", "kept"),
    [
        ("email", "  Ana.Perez@Example.CL ", "", "ana.perez@example.cl"),
        ("email", "jose\u0301@example.cl", "", "josé@example.cl"),
        ("phone", "9 8765 4321", "CL", "+56987654321"),
        ("phone", "+56 9 8765 4321", "", "+56987654321"),
        ("phone", "(11) 91234-5678", "br", "+5511912345678"),
        ("phone", "+56987654321", "BR", "+56987654321"),
        ("customer", " C-17 ", "", "C-17"),
    ],
)
def test_equal_identifiers_are_written_alike(kind, written, country, kept):
    assert normalise(kind, written, country) == (kind, kept)


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("email", "ana at example.cl"),
        ("phone", "call me"),
        ("phone", "987654321"),
        ("customer", "a\x00b"),
        ("customer", "x" * 256),
        ("Not A Kind", "x"),
    ],
)
def test_a_value_that_cannot_be_its_kind_is_refused_with_its_kind_and_value(kind, written):
    with pytest.raises(UnreadableIdentifier) as caught:
        normalise(kind, written)
    assert (caught.value.kind, caught.value.value) == (kind, written)


def test_an_empty_value_is_no_identifier():
    assert normalise("email", "   ") is None
