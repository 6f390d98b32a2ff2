from __future__ import annotations

import pytest
from django.db import connection

from recorrido.people.actions import introduce_persons
from recorrido.people.introductions import Introduction
from recorrido.people.queries import names_of, person_of, persons_called

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """Three persons, told in the ways of three sources; returns their ids by customer number."""
    told = {
        "1": {"name": "José Muñoz Soto"},
        "2": {"first_name": "Ana", "last_name": "Muñoz"},
        "3": {"firstName": "Anahí", "lastName": "Ríos", "city": "Muñoz"},
    }
    rows = [Introduction(one, (("customer", one),), facts) for one, facts in told.items()]
    introduce_persons(source="crm", country="CL", persons=rows)
    return {one: person_of("customer", one) for one in told}


def test_a_person_is_found_by_any_part_of_the_name_without_accents(people):
    assert persons_called("munoz") == [people["1"], people["2"]]
    assert persons_called("SOTO josé") == [people["1"]]
    assert persons_called("ana") == [people["2"], people["3"]]
    assert persons_called("ana munoz") == [people["2"]]


def test_signs_of_a_pattern_are_only_signs(people):
    assert persons_called("%%") == persons_called("__") == persons_called("\\\\") == []


def test_first_and_last_name_make_a_name(people):
    assert names_of(people.values()) == {
        people["1"]: "José Muñoz Soto",
        people["2"]: "Ana Muñoz",
        people["3"]: "Anahí Ríos",
    }


def test_a_name_is_looked_up_by_its_index(people):
    with connection.cursor() as cursor:
        # Enough rows that the plan does not hang on what earlier tests left in the statistics.
        cursor.execute(
            "INSERT INTO people_attribute (identifier_id, key, value, at)"
            " SELECT n, 'city', to_jsonb('Temuco ' || n), now() FROM generate_series(1000000, 1003000) n"
        )
        cursor.execute("ANALYZE people_attribute")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT 1 FROM people_attribute WHERE key IN ('name', 'nombre', 'full_name', 'fullName', 'first_name',"
            " 'firstName', 'nombres', 'last_name', 'lastName', 'surname', 'apellido', 'apellidos')"
            " AND people_fold(value #>> '{}') LIKE '%munoz%'"
        )
        assert "attribute_name_words" in str(cursor.fetchall())
