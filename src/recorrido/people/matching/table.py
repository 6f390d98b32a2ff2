"""One row per person: the newest of what its leaves say, normalised, in a DuckDB of the moment."""

from __future__ import annotations

from pathlib import Path

import duckdb
import psycopg
from django.db import connection

from recorrido.people.first_names import FIRST_NAME_KEYS, NAME_KEYS
from recorrido.people.kinds import KINDS

FIELDS: dict[str, tuple[str, ...]] = {
    "name": NAME_KEYS,
    "first_name": FIRST_NAME_KEYS,
    "surname": ("surname", "last_name", "lastName", "family_name", "apellido", "apellidos"),
    "dob": ("birthday", "birth_date", "birthdate", "birthDate", "date_of_birth", "dob", "fecha_nacimiento"),
    "city": ("city", "ciudad", "comuna", "town", "municipio"),
    "address": ("street", "address_line", "address1", "direccion", "dirección"),
}
"""Column → the attributes it is read from. ``address`` as an object ({street, city}) is read too."""

COLUMNS = ("first_name", "surname", "dob", "city", "address", "email", "phone")
"""What is compared."""


def read_persons(folder: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB with the tables ``persons`` (one row each) and ``official`` (person, kind, value).

    ``folder`` takes the export; it may be removed afterwards. Persons of whom nothing is told are left out.
    """
    _export(
        _FACTS,
        [sorted({key for keys in FIELDS.values() for key in keys} | {"address"})],
        folder / "facts.csv",
    )
    official = sorted(name for name, kind in KINDS.items() if kind.official)
    _export(_IDENTIFIERS, [["email", "phone"], official], folder / "identifiers.csv")
    store = duckdb.connect()
    store.execute("SET threads = 2")
    _load(store, folder)
    return store


def _export(query: str, parameters: list[list[str]], file: Path) -> None:
    connection.ensure_connection()
    with (
        file.open("wb") as target,
        psycopg.Cursor(connection.connection) as cursor,
        cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)", parameters) as copy,  # type: ignore[arg-type]
    ):
        for block in copy:
            target.write(block)


def _load(store: duckdb.DuckDBPyConnection, folder: Path) -> None:
    read = "FROM read_csv(?, auto_detect=false, delim=',', quote='\"', escape='\"', nullstr='', columns={})"
    facts = "{'person': 'BIGINT', 'key': 'VARCHAR', 'value': 'VARCHAR', 'at': 'TIMESTAMPTZ'}"
    leaves = "{'person': 'BIGINT', 'kind': 'VARCHAR', 'value': 'VARCHAR'}"
    store.execute(f"CREATE TABLE facts AS SELECT * {read.format(facts)}", [str(folder / "facts.csv")])
    store.execute(f"CREATE TABLE leaves AS SELECT * {read.format(leaves)}", [str(folder / "identifiers.csv")])
    store.execute("CREATE TABLE naming (key VARCHAR, field VARCHAR)")
    store.executemany(
        "INSERT INTO naming VALUES (?, ?)", [(k, f) for f, keys in FIELDS.items() for k in keys]
    )
    for statement in _TABLES:
        store.execute(statement)


_FACTS = """
    SELECT i.person_id, f.key, f.value, a.at
    FROM people_attribute a JOIN people_identifier i ON i.id = a.identifier_id,
         LATERAL (SELECT a.key, a.value #>> '{{}}' AS value WHERE jsonb_typeof(a.value) IN ('string', 'number')
                  UNION ALL
                  SELECT part.key, part.value FROM jsonb_each_text(
                      CASE WHEN a.key = 'address' AND jsonb_typeof(a.value) = 'object' THEN a.value ELSE '{{}}' END
                  ) part) f
    WHERE a.key = ANY(%s)
""".replace("{{}}", "{}")
_IDENTIFIERS = """
    SELECT person_id, kind, value FROM people_identifier
    WHERE kind = ANY(%s) AND ended_at IS NULL AND NOT blocked OR kind = ANY(%s) ORDER BY id
"""
# Letters without accents, in lower case, one blank between words.
_CLEAN = r"nullif(trim(regexp_replace(lower(strip_accents({0})), '[^a-z0-9@.+ñ-]+', ' ', 'g')), '')"
_DATE = (
    "strftime(coalesce(try_strptime(left({0}, 10), '%Y-%m-%d'), try_strptime({0}, '%d-%m-%Y'),"
    " try_strptime({0}, '%d/%m/%Y'), try_strptime({0}, '%Y%m%d')), '%Y-%m-%d')"
)
_TABLES = (
    "CREATE TABLE official AS SELECT person, kind, value FROM leaves WHERE kind NOT IN ('email', 'phone')",
    """
    CREATE TABLE told AS
    PIVOT (SELECT person, field, arg_max(facts.value, facts.at) AS said FROM facts JOIN naming USING (key) GROUP BY ALL)
    ON field IN ('name', 'first_name', 'surname', 'dob', 'city', 'address') USING first(said) GROUP BY person
    """,
    "CREATE TABLE ways AS SELECT person, last(value) FILTER (kind = 'email') AS email,"
    " last(value) FILTER (kind = 'phone') AS phone FROM leaves WHERE kind IN ('email', 'phone') GROUP BY person",
    f"""
    CREATE TABLE persons AS
    SELECT person,
           coalesce({_CLEAN.format("first_name")}, split_part({_CLEAN.format("name")}, ' ', 1)) AS first_name,
           coalesce({_CLEAN.format("surname")}, nullif(trim(regexp_replace({_CLEAN.format("name")}, '^\\S+', '')), ''))
               AS surname,
           {_DATE.format("dob")} AS dob,
           {_CLEAN.format("city")} AS city,
           {_CLEAN.format("address")} AS address,
           lower(email) AS email,
           split_part(lower(email), '@', 1) AS email_local,
           phone,
           right(phone, 8) AS phone_end
    FROM told FULL JOIN ways USING (person)
    """,
)
