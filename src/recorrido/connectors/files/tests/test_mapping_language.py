from __future__ import annotations

import pytest

from recorrido.connectors.files.errors import FileUnreadable, MappingInvalid, UnknownMapping
from recorrido.connectors.files.parse import find_mapping, parse_mapping
from recorrido.connectors.files.tests.importing import SHOP


def problems(text):
    with pytest.raises(MappingInvalid) as caught:
        parse_mapping(text, "shop.yaml")
    return [(problem.path, problem.message) for problem in caught.value.problems]


def test_a_mapping_is_read_with_its_defaults():
    mapping = parse_mapping(SHOP, "shop.yaml")
    placed, shipped = mapping.events
    assert (placed.id, placed.channel, shipped.channel) == ("order.placed:{id}", "web", None)
    assert mapping.tables["orders"].joins["who"].on == (("customer", "code"),)
    assert (mapping.tables["customers"].delimiter, mapping.zone.key) == (",", "America/Santiago")


@pytest.mark.parametrize(
    ("change", "path", "word"),
    [
        (("from: orders", "from: ordres"), "events.1.from", "orders"),
        (("    at: placed\n", ""), "events.1", "at"),
        (("at: placed", "att: placed"), "events.1.att", "at"),
        (("total: money", "total: mony"), "tables.orders.columns.total", "money"),
        (("channel: web", "channel: wbe"), "channel", "web"),
        (("timezone: America/Santiago", "timezone: America/Santigo"), "timezone", "America/Santiago"),
        (("table: customers", "table: customer"), "tables.orders.joins.who.table", "customers"),
        (("source: shop\n", ""), "", "source"),
        (("file: customers.csv", "encoding: utf-9"), "tables.customers.encoding", "utf-8"),
        (("    key: [id]\n", ""), "events.1", "id"),
        (("objects: {order: id}", "objects: {Order N: id}"), "events.1.objects.Order N", "order"),
        (("source: shop\n", f"source: {'s' * 65}\n"), "source", "64"),
        (("{amount: total}", "{amount: [total]}"), "events.1.properties.amount", "price * 2"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_the_nearest_word(change, path, word):
    found = problems(SHOP.replace(*change))
    assert path in [place for place, _ in found]
    assert any(word in message for place, message in found if place == path)


def test_every_mistake_is_found_in_one_reading():
    text = SHOP.replace("from: orders", "from: ordres").replace("total: money", "total: mony")
    assert len(problems(text)) == 3


def test_a_mistake_is_named_with_its_line():
    with pytest.raises(MappingInvalid) as caught:
        parse_mapping(SHOP.replace("total: money", "total: mony"), "shop.yaml")
    assert caught.value.problems[0].line == 1 + SHOP[: SHOP.index("total: money")].count("\n")


def test_joins_may_not_go_in_circles():
    text = SHOP.replace(
        "    key: [code]\n", "    key: [code]\n    joins: {o: {table: orders, on: {code: customer}}}\n"
    )
    assert "tables.orders.joins" in [path for path, _ in problems(text)]


def test_what_is_not_yaml_says_so():
    ((path, message),) = problems("mapping: [shop\n")
    assert (path, "YAML" in message) == ("", True)


@pytest.mark.parametrize("name", ["olist", "events"])
def test_shipped_mappings_are_found_by_name(name):
    assert find_mapping(name).file == f"{name}.yaml"


def test_an_unknown_mapping_lists_those_that_come_with_the_product():
    with pytest.raises(UnknownMapping, match=r"events.*olist"):
        find_mapping("olst")


def test_a_mapping_in_another_encoding_says_so(tmp_path):
    (tmp_path / "shop.yaml").write_bytes("title: Señal".encode("latin-1"))
    with pytest.raises(FileUnreadable, match="UTF-8"):
        find_mapping(str(tmp_path / "shop.yaml"))
