"""Reading the links of a page as a visitor would."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

from django.test import Client


@dataclass(frozen=True)
class Shown:
    """A figure of a page: the count it shows and the address it leads to."""

    count: int
    address: str


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.figures: list[Shown] = []
        self.addresses: list[str] = []
        self.total: int | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: unescape(value or "") for name, value in attrs}
        if "data-total" in told:
            self.total = int(told["data-total"])
        if tag != "a" or "href" not in told:
            return
        self.addresses.append(told["href"])
        if "figure" in told.get("class", "").split():
            self.figures.append(Shown(int(told["data-count"]), told["href"]))


def read(page: str) -> _Links:
    found = _Links()
    found.feed(page)
    return found


def figures_on(client: Client, address: str) -> list[Shown]:
    return read(body(client, address)).figures


def links_from(client: Client, address: str, beginning: str) -> list[str]:
    """The addresses on a page that begin so, each once, in order."""
    found = [link for link in read(body(client, address)).addresses if link.startswith(beginning)]
    return list(dict.fromkeys(found))


def body(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def total_of(client: Client, address: str) -> int:
    """How many rows a list page says it has."""
    total = read(body(client, address)).total
    assert total is not None
    return total


def rows_of_csv(client: Client, address: str) -> list[list[str]]:
    """The rows of a list as a file, without its header."""
    answer = client.get(f"{address}&format=csv")
    assert answer["Content-Type"].startswith("text/csv"), address
    text = b"".join(answer) if answer.streaming else answer.content
    return list(csv.reader(io.StringIO(text.decode("utf-8-sig")), delimiter=";"))[1:]


def wrong_figures(
    client: Client, pages: list[str], *, every: int = 1
) -> Iterator[tuple[str, int, int, int | None]]:
    """Figures that differ from the rows behind them: (address, shown, the list's total, rows of its file).

    ``every``: of how many lists one is also read as a file.
    """
    shown = {(shown.address, shown.count) for page in pages for shown in figures_on(client, page)}
    for number, (address, count) in enumerate(sorted(shown)):
        total = total_of(client, address)
        rows = None if number % every else len(rows_of_csv(client, address))
        if count != total or rows not in (None, count):
            yield address, count, total, rows
