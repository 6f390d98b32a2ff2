"""Dates whose time of day stands in a column of its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from recorrido.connectors.files.tests import sheets
from recorrido.connectors.files.tests.uploading import answered, bring, check, confirm, whole_way
from recorrido.connectors.files.uploads import actions
from recorrido.connectors.files.uploads.proposing import proposal_of
from recorrido.events.models import Event
from recorrido.events.queries import events_of_object

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_folder")]
LOG = ["ID caso", "Estado", "Fecha", "Hora", "Email"]
ORDER = ["Pedido", "Fecha compra", "Hora compra", "Fecha entrega", "Hora entrega"]


def log(*rows):
    return sheets.text_file([list(row) for row in rows], header=LOG)


def case(number, *moments):
    states = ("Creado", "Asignado", "Cerrado")
    return [(number, state, *moment, "a@x.cl") for state, moment in zip(states, moments, strict=False)]


def test_a_log_with_day_and_hour_in_two_columns_becomes_events_with_both(admin):
    rows = case("C1", ("15/03/2026", "09:05"), ("15/03/2026", "17:30:00"), ("16/03/2026", "5:15 p. m."))
    upload = whole_way(admin, "log.csv", log(*rows))
    assert [event.at for event in reversed(events_of_object("case", "C1"))] == [
        datetime(2026, 3, 15, 12, 5, tzinfo=UTC),
        datetime(2026, 3, 15, 20, 30, tzinfo=UTC),
        datetime(2026, 3, 16, 20, 15, tzinfo=UTC),
    ]
    assert not any(event.date_only for event in proposal_of(upload).events)


def test_an_hour_that_is_none_is_told_with_its_row(admin):
    rows = case("C1", ("15/03/2026", "09:05"), ("15/03/2026", "25:30"))
    upload = check(admin, confirm(admin, bring(admin, "log.csv", log(*rows))))
    (bad,) = actions.check_of(upload).bad
    assert (bad.row, bad.column, bad.cell) == (3, "Hora", "25:30")


def test_each_date_of_an_order_takes_the_hour_that_follows_it(admin):
    rows = [
        ["P1", "15-03-2026", "10:00", "17-03-2026", "12:30"],
        ["P2", "15-03-2026", "11:00", "17-03-2026", ""],
    ]
    whole_way(admin, "pedidos.csv", sheets.text_file(rows, header=ORDER))
    delivered = events_of_object("order", "P1")[0]
    assert (delivered.type, delivered.at) == ("order.delivered", datetime(2026, 3, 17, 15, 30, tzinfo=UTC))
    assert Event.objects.filter(date_only=True).count() == 1


def test_one_state_per_case_is_no_log(admin):
    lines = [(f"C{n}", "Creado", "15/03/2026", "09:05", "a@x.cl") for n in range(3)]
    answers = answered(confirm(admin, bring(admin, "log.csv", log(*lines))))
    assert (answers.shape, [column.role for column in answers.columns][1:4]) == (
        "dates",
        ["status", "date", "hour"],
    )
