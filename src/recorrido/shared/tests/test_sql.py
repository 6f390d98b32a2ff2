from __future__ import annotations

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from recorrido.shared import sql

TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
SEQUENCE = "people_identifier_id_seq"


@pytest.mark.django_db
@given(st.lists(TEXTS, max_size=8))
def test_any_texts_travel_as_one_array(texts):
    assert sql.fetch("SELECT %s::text[]", sql.text_array(texts)) == [(texts,)]


@pytest.mark.django_db
@given(st.lists(TEXTS, min_size=1, max_size=8))
def test_any_texts_travel_through_copy(texts):
    with transaction.atomic():
        sql.execute("CREATE TEMPORARY TABLE lines (n int, said text) ON COMMIT DROP")
        sql.copy_in(
            "COPY lines FROM STDIN", [f"{n}\t{sql.copy_field(text)}\n" for n, text in enumerate(texts)]
        )
        assert [said for _, said in sql.fetch("SELECT * FROM lines ORDER BY n")] == texts
        sql.execute("DROP TABLE lines")


@pytest.mark.django_db
def test_ids_are_allotted_in_one_ascending_run():
    first = list(sql.allot(SEQUENCE, 3))
    assert first == [first[0], first[0] + 1, first[0] + 2]
    assert list(sql.allot(SEQUENCE, 1)) == [first[-1] + 1]
    assert list(sql.allot(SEQUENCE, 0)) == []


@pytest.mark.django_db(transaction=True)
def test_ids_are_allotted_lazily_as_any_others():
    first, *others = sql.allot_lazily(SEQUENCE, 40)
    assert others == list(range(first + 1, first + 40))
    assert list(sql.allot(SEQUENCE, 1)) == [first + 40]
    assert list(sql.allot_lazily(SEQUENCE, 0)) == []


@pytest.mark.django_db
def test_ids_that_somebody_else_took_in_between_are_not_allotted():
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE holed INCREMENT 3")  # as if two others took one each time
    assert list(sql.allot("holed", 3)) == [10, 13, 16]  # the first three were let go


@pytest.mark.django_db(transaction=True)
def test_what_was_committed_without_waiting_is_on_the_disk_once_waited_for():
    with transaction.atomic():
        sql.commit_lazily()
        sql.fetch("SELECT pg_logical_emit_message(true, 'test', repeat('x', 100000))")
    ((written,),) = sql.fetch("SELECT pg_current_wal_insert_lsn()::text")
    sql.wait_for_disk()
    assert sql.fetch("SELECT pg_current_wal_flush_lsn() >= %s::pg_lsn", written) == [(True,)]


PROBE = "SELECT id FROM people_identifier WHERE value = %s AND kind = %s AND ended_at IS NULL"
KEPT = "SELECT generic_plans FROM pg_prepared_statements WHERE starts_with(statement, 'SELECT id FROM people_id')"


@pytest.fixture
def _a_connection_of_its_own():
    connection.close()
    yield
    connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_a_connection_of_its_own")
def test_a_connection_keeps_the_plans_of_what_it_asks_again_and_again():
    sql.keep_plans()
    for _ in range(sql.ASKED_AGAIN + 4):
        sql.keep_plans()
        assert sql.fetch(PROBE, "nobody", "customer") == []
    ((generic,),) = sql.fetch(KEPT)
    assert generic >= 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_a_connection_of_its_own")
def test_a_kept_plan_reads_an_index_also_where_it_was_made_over_an_empty_table():
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE people_identifier")
    sql.keep_plans()
    sql.execute("PREPARE asked (text, text) AS " + PROBE.replace("%s", "$1", 1).replace("%s", "$2", 1))
    plan = sql.fetch("EXPLAIN EXECUTE asked ('nobody', 'customer')")
    assert not any("Seq Scan" in line for (line,) in plan), plan


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_a_connection_of_its_own")
def test_kept_plans_are_made_anew_after_a_while_and_nothing_is_compiled_for_them(monkeypatch):
    monkeypatch.setattr(sql, "PLANS_KEPT", -1.0)
    sql.keep_plans()
    sql.execute("SET jit = on")
    sql.keep_plans()
    assert sql.fetch("SHOW jit") == [("off",)]
    monkeypatch.setattr(sql, "PLANS_KEPT", 60.0)
    sql.keep_plans()
    sql.execute("SET jit = on")
    sql.keep_plans()
    assert sql.fetch("SHOW jit") == [("on",)]  # once a while is enough


@pytest.mark.django_db
def test_within_a_transaction_nothing_of_the_connection_is_changed():
    sql.keep_plans()
    assert connection.connection.prepare_threshold is None
    assert sql.fetch("SHOW plan_cache_mode") == [("auto",)]
