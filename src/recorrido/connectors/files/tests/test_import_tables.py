from __future__ import annotations

import csv
from datetime import UTC, datetime

import pytest

from recorrido.company.models import AuditEntry
from recorrido.connectors.files.errors import FilesMissing, FileUnreadable, MappingInvalid, StrictStop
from recorrido.connectors.files.tests.importing import CUSTOMERS, ORDERS, SHOP, put, run, shop
from recorrido.events.models import Event, ImportRun
from recorrido.events.queries import events_of_object
from recorrido.people.queries import attributes_of, leaves_of, person_of

pytestmark = pytest.mark.django_db


def rejects(folder):
    with (folder / "rejects.csv").open(newline="") as file:
        return [(r["table"], r["file"], r["row"], r["column"]) for r in csv.DictReader(file)]


def table(summary, name):
    (found,) = [one for one in summary.tables if one.table == name]
    return found.read, found.rejected, found.used, found.enriching, found.unused


def test_rows_become_events_with_their_person_and_objects(tmp_path):
    shop(tmp_path)
    shipped, placed = events_of_object("order", "1")
    assert (placed.type, placed.at, placed.channel) == (
        "order.placed",
        datetime(2026, 3, 1, 15, tzinfo=UTC),
        "web",
    )
    assert (placed.properties, shipped.channel) == ({"amount": 42000.0, "currency": "CLP"}, None)
    person = person_of("customer", "C1")
    assert [leaf.value for leaf in leaves_of(person)] == ["C1", "ana@x.cl", "+56987654321"]


def test_an_import_twice_changes_nothing(tmp_path):
    first, second = shop(tmp_path), shop(tmp_path)
    assert (first.recorded, second.recorded, second.duplicates) == (3, 0, 3)
    assert Event.objects.count() == 3


def test_every_row_is_accounted_for(tmp_path):
    summary = shop(tmp_path)
    assert (table(summary, "orders"), table(summary, "customers")) == ((2, 0, 2, 0, 0), (3, 0, 0, 2, 1))
    assert [
        (r.rule, r.rows, r.other_condition, r.without_time, r.rejected, r.made) for r in summary.rules
    ] == [
        ("order.placed", 2, 0, 0, 0, 2),
        ("order.shipped", 2, 0, 1, 0, 1),
    ]


def test_a_condition_picks_rows(tmp_path):
    mapping = SHOP.replace("    at: placed\n", "    at: placed\n    when: total > 20000\n")
    summary = shop(tmp_path, mapping=mapping)
    assert (summary.rules[0].made, summary.rules[0].other_condition) == (1, 1)


def test_bad_rows_are_rejected_with_file_row_column_and_reason(tmp_path):
    orders = (
        ORDERS + "3,C1,many,2026-03-01 12:00:00,\n2,C1,1,2026-03-01 12:00:00,\n,C1,1,2026-03-01 12:00:00,\n"
    )
    summary = shop(tmp_path, orders=orders)
    assert rejects(tmp_path) == [
        ("orders", "orders.csv", "3", "total"),
        ("orders", "orders.csv", "4", "id"),
        ("orders", "orders.csv", "5", "id"),
    ]
    assert (table(summary, "orders"), summary.recorded, summary.rejected) == ((5, 3, 2, 0, 0), 3, 3)


def test_a_line_with_too_many_or_too_few_cells_is_rejected_with_its_line(tmp_path):
    summary = shop(tmp_path, orders=ORDERS + "3,C1,1,2026-03-01,,x\n4,C1\n")
    with (tmp_path / "rejects.csv").open(newline="") as file:
        assert [(r["line"], r["row"], r["content"]) for r in csv.DictReader(file)] == [
            ("4", "", "3,C1,1,2026-03-01,,x"),
            ("5", "", "4,C1"),
        ]
    assert table(summary, "orders") == (4, 2, 2, 0, 0)


def test_strict_stops_before_anything_is_recorded(tmp_path):
    with pytest.raises(StrictStop, match="total"):
        shop(tmp_path, orders=ORDERS + "3,C1,many,2026-03-01 12:00:00,\n", strict=True)
    assert Event.objects.count() == 0
    assert "total" in ImportRun.objects.get().error


def test_a_time_nobody_can_read_rejects_its_event_only(tmp_path):
    mapping = SHOP.replace(", sent: timestamp", "")
    summary = shop(tmp_path, orders=ORDERS + "3,C1,1,2026-03-01,next week\n", mapping=mapping)
    assert [(r.made, r.rejected, r.without_time) for r in summary.rules] == [(3, 0, 0), (1, 1, 1)]
    assert (rejects(tmp_path)[0][:3], summary.recorded) == (("orders", "orders.csv", "3"), 4)


def test_what_the_ledger_refuses_is_counted_as_quarantined(tmp_path):
    summary = shop(tmp_path, orders=ORDERS + "3,C1,1,1066-10-14 09:00:00,\n")
    assert (summary.recorded, summary.quarantined) == (3, 1)


@pytest.mark.parametrize(
    ("change", "path", "word"),
    [
        (("at: placed", "at: plced"), "events.1.at", "placed"),
        (("amount: total", "amount: totl * 2"), "events.1.properties.amount", "total"),
        (("on: {customer: code}", "on: {customer: cod}"), "tables.orders.joins.who", "code"),
        (("amount: total", "amount: total +"), "events.1.properties.amount", ""),
        (("amount: total", "amount: len(who.citty)"), "events.1.properties.amount", "city"),
    ],
)
def test_an_expression_that_does_not_fit_the_tables_is_named_before_anything_is_recorded(
    tmp_path, change, path, word
):
    with pytest.raises(MappingInvalid) as caught:
        shop(tmp_path, mapping=SHOP.replace(*change))
    (problem,) = caught.value.problems
    assert (problem.path, problem.line > 1) == (path, True)
    assert word in problem.message
    assert Event.objects.count() == 0


def test_an_expression_that_fails_on_some_row_is_named_with_its_line(tmp_path):
    mapping = SHOP.replace("amount: total", "amount: CAST(who.city AS INTEGER)")
    with pytest.raises(MappingInvalid, match="TRY_CAST") as caught:
        shop(tmp_path, mapping=mapping)
    (problem,) = caught.value.problems
    assert (problem.path, problem.line > 1) == ("events.1.properties.amount", True)


def test_a_column_the_mapping_speaks_of_must_be_in_the_file(tmp_path):
    with pytest.raises(FileUnreadable, match="sent"):
        shop(tmp_path, orders=ORDERS.replace(",sent", ",shipped"))


def test_expressions_cannot_read_other_files(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("do not tell")
    mapping = SHOP.replace("amount: total", f"amount: \"(SELECT content FROM read_text('{secret}'))\"")
    with pytest.raises(MappingInvalid):
        shop(tmp_path, mapping=mapping)


def test_a_file_that_belongs_to_no_table_and_a_table_without_a_file_stop_the_import(tmp_path):
    orders, customers = put(tmp_path, orders=ORDERS, customers=CUSTOMERS)
    (stray,) = put(tmp_path, returns="id\n1\n")
    with pytest.raises(FilesMissing, match=r"returns\.csv"):
        run(tmp_path, [orders, customers, stray])
    with pytest.raises(FilesMissing, match="customers"):
        run(tmp_path, [orders])


def test_an_optional_table_may_be_absent(tmp_path):
    orders, _ = put(tmp_path, orders=ORDERS, customers=CUSTOMERS)
    mapping = SHOP.replace(
        "    key: [code]", "    optional: true\n    key: [code]\n    columns: {email: text, phone: text}"
    )
    assert run(tmp_path, [orders], mapping).recorded == 3


def test_several_files_of_one_table_are_one_table(tmp_path):
    more = put(tmp_path, orders_april=ORDERS.replace("\n1,", "\n11,").replace("\n2,", "\n12,"))
    files = put(tmp_path, orders=ORDERS, customers=CUSTOMERS)
    assert table(run(tmp_path, files + more), "orders") == (4, 0, 4, 0, 0)


def test_semicolons_decimal_commas_cp1252_and_other_dates_are_read_as_declared(tmp_path):
    path = tmp_path / "ventas.csv"
    path.write_bytes("nº;total;fecha\n1;1.234,50;31-12-2025 23:30\n".encode("cp1252"))
    mapping = """
    mapping: ventas
    source: erp
    timezone: America/Santiago
    tables:
      ventas:
        file: ventas.csv
        delimiter: ";"
        decimal: ","
        encoding: cp1252
        key: ["nº"]
        columns: {total: number, fecha: {type: timestamp, format: "%d-%m-%Y %H:%M"}}
    events:
      - {type: order.placed, from: ventas, at: fecha, id: "v:{\\"nº\\"}", properties: {amount: total}}
    """
    run(tmp_path, [path], mapping)
    event = Event.objects.get()
    assert (event.at, event.properties) == (datetime(2026, 1, 1, 2, 30, tzinfo=UTC), {"amount": 1234.5})


@pytest.mark.parametrize(
    ("cell", "amount"), [('"1.000,50"', 1000.5), ("1000", 1000), ("1000.50", None), ("1.00", None)]
)
def test_with_a_decimal_comma_points_may_only_part_thousands(tmp_path, cell, amount):
    mapping = SHOP.replace("    key: [id]\n", '    key: [id]\n    decimal: ","\n')
    summary = shop(
        tmp_path, mapping=mapping, orders=f"id,customer,total,placed,sent\n1,C1,{cell},2026-03-01,\n"
    )
    assert summary.rejected == (amount is None)
    assert [event.properties["amount"] for event in Event.objects.all()] == ([amount] if amount else [])


def test_a_file_in_another_encoding_says_how_to_name_it(tmp_path):
    paths = put(tmp_path, orders=ORDERS, customers=CUSTOMERS)
    paths[1].write_bytes((CUSTOMERS + "C4,,,Viña\n").encode("latin-1"))
    with pytest.raises(FileUnreadable, match="encoding: latin-1"):
        run(tmp_path, paths, SHOP)


def test_a_written_zone_counts_and_a_date_alone_is_flagged(tmp_path):
    mapping = SHOP.replace(", placed: timestamp", "")
    shop(
        tmp_path,
        orders="id,customer,total,placed,sent\n1,C1,1,2026-03-01T12:00:00+02:00,\n2,C1,1,2026-03-01,\n",
        mapping=mapping,
    )
    times = dict(Event.objects.values_list("at", "date_only"))
    assert times == {datetime(2026, 3, 1, 10, tzinfo=UTC): False, datetime(2026, 3, 1, 3, tzinfo=UTC): True}


def test_many_rows_beside_a_row_come_as_a_list(tmp_path):
    mapping = SHOP.replace(
        "  customers:\n", "  items:\n    file: items.csv\n    columns: {price: money}\n  customers:\n"
    )
    mapping = mapping.replace(
        "    joins:\n", "    joins:\n      items: {table: items, on: {id: order}, many: true}\n"
    )
    mapping = mapping.replace(
        "{order: id}\n    properties", '{order: id, product: "[i.sku for i in items]"}\n    properties'
    )
    mapping = mapping.replace("{amount: total}", '{amount: "list_sum([i.price for i in items])"}')
    files = put(tmp_path, orders=ORDERS, customers=CUSTOMERS, items="order,sku,price\n1,A,10\n1,B,5\n9,C,1\n")
    summary = run(tmp_path, files, mapping)
    placed = events_of_object("order", "1")[-1]
    assert [(o.kind, o.external_id) for o in placed.objects] == [
        ("order", "1"),
        ("product", "A"),
        ("product", "B"),
    ]
    assert (placed.properties["amount"], table(summary, "items")) == (15.0, (3, 0, 0, 2, 1))


def test_a_lookup_that_finds_several_rows_says_so(tmp_path):
    mapping = SHOP.replace("    key: [code]\n", "")
    with pytest.raises(MappingInvalid, match="many: true"):
        shop(tmp_path, customers=CUSTOMERS + "C1,,,\n", mapping=mapping)


def test_a_customer_table_introduces_persons(tmp_path):
    persons = """
persons:
  - from: customers
    identifiers: {customer: code, email: email}
    attributes: {city: city}
"""
    summary = shop(tmp_path, mapping=SHOP + persons)
    person = person_of("email", "eva@x.cl")
    assert attributes_of([person]) == {person: {"city": "Lota"}}
    assert (summary.rules[-1].rule, summary.rules[-1].made) == ("persons", 3)


def test_a_run_is_written_down_with_its_files_and_figures(tmp_path, admin):
    summary = shop(tmp_path)
    run = ImportRun.objects.get()
    assert (run.id, run.mapping, run.counts["recorded"]) == (summary.run, "shop.yaml", 3)
    assert [(f["name"], len(f["sha256"])) for f in run.files] == [("orders.csv", 64), ("customers.csv", 64)]
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "import.began",
        "import.finished",
    ]
