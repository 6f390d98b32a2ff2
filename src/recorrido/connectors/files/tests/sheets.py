"""Files as people have them, written in code: exports of orders, logs of cases, lists of customers."""

from __future__ import annotations

import io
import random
from datetime import date, datetime, timedelta

import openpyxl

HEADER = ["N° Pedido", "RUT cliente", "Fecha de compra", "Fecha pago", "Fecha despacho", "Fecha entrega",
          "Fecha compromiso", "Monto total", "Tienda", "Situación"]  # fmt: skip


def orders(count: int = 200, seed: int = 3) -> list[list[object]]:
    """Rows of an order export: dates as ``date``, amounts as numbers, empty cells where nothing happened."""
    luck = random.Random(seed)
    rows = []
    for number in range(count):
        bought = date(2026, 1, 1) + timedelta(days=luck.randrange(90))
        paid = bought + timedelta(days=luck.randrange(2))
        sent = paid + timedelta(days=1 + luck.randrange(4)) if luck.random() < 0.9 else None
        there = sent + timedelta(days=1 + luck.randrange(9)) if sent and luck.random() < 0.8 else None
        promised = bought + timedelta(days=7)
        amount = luck.randrange(5_000, 90_000) + luck.choice([0, 0.5, 0.25])
        store = luck.choice(["Ñuñoa", "Viña del Mar", "Concepción"])
        state = "Entregado" if there else "En tránsito" if sent else "Preparación"
        rows.append([f"P{number:05}", rut(luck.randrange(5_000_000, 25_000_000)), bought, paid, sent, there, promised,
                     amount, store, state])  # fmt: skip
    return rows


def rut(number: int) -> str:
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(str(number))))
    check = "0123456789K0"[(11 - total % 11)] if total % 11 else "0"
    return f"{number:,}-{check}".replace(",", ".")


def text_file(
    rows: list[list[object]],
    *,
    header: list[str] = HEADER,
    encoding: str = "cp1252",
    mark: str = ";",
    dates: str = "%d-%m-%Y",
    decimal: str = ",",
) -> bytes:
    lines = [mark.join(header)]
    lines += [mark.join(_written(cell, dates, decimal) for cell in row) for row in rows]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def _written(cell: object, dates: str, decimal: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.strftime(dates)
    if isinstance(cell, float):
        other = "." if decimal == "," else ""
        return f"{cell:,.2f}".replace(",", "\0").replace(".", decimal).replace("\0", other)
    return str(cell)


def workbook(rows: list[list[object]], *, header: list[str] = HEADER, title: str = "") -> bytes:
    """XLSX with a note sheet before, a merged title above and a total below."""
    book = openpyxl.Workbook()
    book.active.title = "Léame"
    book.active.append(["Exportado del ERP"])
    sheet = book.create_sheet("Pedidos")
    if title:
        sheet.append([title])
        sheet.merge_cells("A1:D1")
        sheet.append([])
    sheet.append(header)
    for row in rows:
        sheet.append(row)
    sheet.append(["Total", *[None] * 6, "=SUM(H4:H9)", None, None])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def case_log(count: int = 60, seed: int = 5) -> list[list[object]]:
    """Rows of a case log: one per event, with a time of day."""
    luck = random.Random(seed)
    rows: list[list[object]] = []
    for number in range(count):
        at = datetime(2026, 3, 1, 9) + timedelta(hours=luck.randrange(600))  # noqa: DTZ001 (local, as a file says it)
        for kind in ("Reclamo recibido", "Asignado", "Caso cerrado")[: 2 + (luck.random() < 0.8)]:
            rows.append(
                [f"C{number}", f"cliente{number % 40}@example.com", kind, at.strftime("%d/%m/%Y %H:%M")]
            )
            at += timedelta(hours=1 + luck.randrange(60))
    return rows


CASE_HEADER = ["Caso", "Correo", "Actividad", "Fecha y hora"]
