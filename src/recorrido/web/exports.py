"""Every list as a CSV file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from recorrido.shared.sheets import sheet_cell, sheet_writer


def csv_file(name: str, header: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """UTF-8 with a mark that spreadsheets understand, columns and decimals parted as they do in the reader's language."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = _attached(name)
    response.write("\ufeff")
    writer = sheet_writer(response)
    writer.writerow(header)
    writer.writerows([sheet_cell(value) for value in row] for row in rows)
    return response


def _attached(name: str) -> str:
    """The header of a download; a name may hold what an order's number holds, quotes included."""
    return content_disposition_header(True, f"{name}.csv") or "attachment"


def csv_text_file(name: str, text: str) -> HttpResponse:
    """A CSV file whose rows were written, and disarmed, below."""
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = _attached(name)
    return response


def csv_stream(name: str, pieces: Iterable[str]) -> StreamingHttpResponse:
    """A CSV file too long to hold whole."""
    response = StreamingHttpResponse(_marked(pieces), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = _attached(name)
    return response


def _marked(pieces: Iterable[str]) -> Iterator[str]:
    yield "\ufeff"
    yield from pieces
