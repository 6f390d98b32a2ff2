"""A small shop in two tables, and short ways to import it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from recorrido.connectors.files.actions import import_files
from recorrido.connectors.files.parse import parse_mapping
from recorrido.connectors.files.summary import ImportSummary

SHOP = """
mapping: shop
source: shop
timezone: America/Santiago
country: CL
currency: CLP
channel: web
tables:
  orders:
    file: orders*.csv
    key: [id]
    columns: {total: money, placed: timestamp, sent: timestamp}
    joins:
      who: {table: customers, on: {customer: code}}
  customers:
    file: customers.csv
    key: [code]
events:
  - type: order.placed
    from: orders
    at: placed
    identifiers: {customer: customer, email: who.email, phone: who.phone}
    objects: {order: id}
    properties: {amount: total}
  - type: order.shipped
    from: orders
    at: sent
    channel: none
    identifiers: {customer: customer}
    objects: {order: id}
"""

ORDERS = """\
id,customer,total,placed,sent
1,C1,42000,2026-03-01 12:00:00,2026-03-02 09:00:00
2,C2,15990.50,2026-03-03 08:30:00,
"""

CUSTOMERS = """\
code,email,phone,city
C1,Ana@X.cl,9 8765 4321,Talca
C2,,,Arica
C3,eva@x.cl,,Lota
"""


def put(folder: Path, **texts: str) -> list[Path]:
    """Write ``name=text`` as ``name.csv``; returns the paths."""
    paths = []
    for name, text in texts.items():
        path = folder / f"{name}.csv"
        path.write_text(dedent(text), encoding="utf-8")
        paths.append(path)
    return paths


def run(folder: Path, files: list[Path], mapping: str = SHOP, **options: bool) -> ImportSummary:
    return import_files(
        actor=None,
        mapping=parse_mapping(dedent(mapping), "shop.yaml"),
        files=files,
        rejects_file=folder / "rejects.csv",
        **options,
    )


def shop(
    folder: Path, *, orders: str = ORDERS, customers: str = CUSTOMERS, mapping: str = SHOP, **options: bool
):
    return run(folder, put(folder, orders=orders, customers=customers), mapping, **options)
