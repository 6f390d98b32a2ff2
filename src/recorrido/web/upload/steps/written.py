"""How the file is written: sheet, encoding, what parts the cells, where the names stand. A person confirms all of it."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from recorrido.connectors.files.errors import FileUnreadable
from recorrido.connectors.files.models import Upload
from recorrido.connectors.files.uploads import actions, looking
from recorrido.connectors.files.uploads.answers import written_of
from recorrido.connectors.files.uploads.looking import Looked
from recorrido.connectors.files.uploads.queries import same_content
from recorrido.connectors.files.written import MARKS, RARE_MARKS, Written
from recorrido.web.allowed import staff_of
from recorrido.web.upload.steps.page import step, steps_at

HIGHEST = 10_000


@require_http_methods(["GET", "HEAD", "POST"])
@step("written")
def written(request: HttpRequest, upload: Upload) -> HttpResponse:
    """GET with fields shows the file read so; POST confirms."""
    looked = actions.looked_of(upload)
    said = request.POST if request.method == "POST" else request.GET
    chosen = _chosen(upload, looked, said)
    error = ""
    if request.method == "POST":
        try:
            actions.confirm_written(actor=staff_of(request), upload=upload, written=chosen)
            return redirect("upload:columns", upload.pk)
        except FileUnreadable as found:
            error = str(found)
    context = {
        "upload": upload,
        "looked": looked,
        "chosen": chosen,
        "marks": _marks(looked, chosen),
        "sheets": _sheets(looked),
        "preview": looking.preview(upload.file, upload.folder, looked, chosen),
        "layout": _layout(upload, looked, chosen),
        "same": same_content(upload),
        "error": error,
        "steps": steps_at("written", upload),
    }
    return render(request, "upload/written.html", context, status=422 if error else 200)


def _chosen(upload: Upload, looked: Looked, said: QueryDict) -> Written:
    """What the form says; where it says nothing, what was confirmed before, else the guess."""
    before = written_of(upload.written) if upload.written else looked.guess
    encodings = [one.name for one in looked.encodings]
    chosen = replace(
        before,
        encoding=_one_of(said.get("encoding"), encodings, before.encoding),
        delimiter=_one_of(said.get("delimiter"), (*MARKS, *RARE_MARKS), before.delimiter),
        sheet=_one_of(said.get("sheet"), looked.sheets, before.sheet),
        fill_short="fill_short" in said if said else before.fill_short,
    )
    if said and _reads_otherwise(chosen, said, before):
        layout = _layout(upload, looked, chosen)
        return replace(chosen, header=layout.header, without_last=layout.without_last)
    return replace(
        chosen,
        header=_number(said.get("header"), before.header),
        without_last=_number(said.get("without_last"), before.without_last),
    )


def _reads_otherwise(chosen: Written, said: QueryDict, before: Written) -> bool:
    """Another sheet or another mark has its header elsewhere: what the form says of it belongs to the former."""
    shown = (said.get("shown_sheet", before.sheet), said.get("shown_delimiter", before.delimiter))
    return shown != (chosen.sheet, chosen.delimiter)


def _one_of(word: str | None, known: object, otherwise: str) -> str:
    return word if word is not None and word in known else otherwise  # type: ignore[operator]


def _number(text: str | None, otherwise: int) -> int:
    return min(int(text), HIGHEST) if text and text.isdecimal() and text.isascii() else otherwise


def _layout(upload: Upload, looked: Looked, chosen: Written) -> looking.Layout:
    try:
        return looking.layout_of(upload.file, upload.folder, looked, chosen)
    except (FileUnreadable, UnicodeError):
        return looked.layout


def _sheets(looked: Looked) -> list[looking.Sheet]:
    """Every sheet with what it holds, where it was looked into."""
    known = {sheet.name: sheet for sheet in looked.about}
    return [known.get(name) or looking.Sheet(name) for name in looked.sheets]


def _marks(looked: Looked, chosen: Written) -> list[dict[str, object]]:
    """Every mark, with how many columns it would make where it was seen."""
    seen = {one.mark: one for one in looked.delimiters}
    marks = [*seen, *(mark for mark in MARKS if mark not in seen)]
    return [{"mark": mark, "seen": seen.get(mark), "chosen": mark == chosen.delimiter} for mark in marks]
