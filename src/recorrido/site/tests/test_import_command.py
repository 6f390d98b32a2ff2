from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from recorrido.connectors.files.tests.importing import CUSTOMERS, ORDERS, SHOP, put
from recorrido.site.cli import build

pytestmark = pytest.mark.django_db


def command(*arguments):
    return CliRunner().invoke(build(), ["import", *map(str, arguments)])


@pytest.fixture
def shop_files(tmp_path):
    (tmp_path / "shop.yaml").write_text(SHOP)
    return tmp_path / "shop.yaml", *put(tmp_path, orders=ORDERS, customers=CUSTOMERS)


def test_the_summary_is_json_on_request(shop_files):
    mapping, *files = shop_files
    result = command("--mapping", mapping, *files, "--json")
    summary = json.loads(result.stdout)
    assert (result.exit_code, summary["recorded"], len(summary["tables"])) == (0, 3, 2)


def test_the_summary_is_a_table_that_names_every_table_and_type(shop_files):
    mapping, *files = shop_files
    result = command("--mapping", mapping, *files)
    assert all(word in result.stdout for word in ("orders", "customers", "order.placed", "order.shipped"))


def test_a_mistake_ends_with_code_2_and_names_what_is_known(shop_files):
    _mapping, *files = shop_files
    result = command("--mapping", "olst", *files)
    assert (result.exit_code, result.stdout, "olist" in result.stderr) == (2, "", True)
