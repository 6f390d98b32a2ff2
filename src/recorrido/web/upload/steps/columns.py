"""What the columns are: role by role, reading by reading. What could be two things must be chosen."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from recorrido.connectors.files.errors import AnswersWrong, FilesError
from recorrido.connectors.files.models import Upload
from recorrido.connectors.files.records import Record
from recorrido.connectors.files.uploads import actions, looking
from recorrido.connectors.files.uploads.answers import Answers, written_of
from recorrido.connectors.files.uploads.queries import answered_before, known_sources
from recorrido.web.allowed import staff_of
from recorrido.web.upload import choices
from recorrido.web.upload.answering import answers_said, of_the_country, proposed
from recorrido.web.upload.showing import columns_shown
from recorrido.web.upload.steps.page import step, steps_at


@require_http_methods(["GET", "HEAD", "POST"])
@step("columns")
def columns(request: HttpRequest, upload: Upload) -> HttpResponse:
    """POST with ``do=check`` confirms; any other POST shows the page again as answered so far."""
    answers, wrong = proposed(actions.answers_of(upload)), dict[str, str]()
    if request.method == "POST":
        answers = answers_said(request.POST, actions.answers_of(upload), actions.guessed_of(upload))
    if request.POST.get("do") == "check":
        try:
            actions.confirm_columns(actor=staff_of(request), upload=upload, answers=answers)
            return redirect("upload:upload", upload.pk)
        except AnswersWrong as error:
            answers, wrong = of_the_country(answers), error.fields
        except FilesError as error:
            wrong = {"": str(error)}
    return render(
        request, "upload/columns.html", _context(upload, answers, wrong), status=422 if wrong else 200
    )


def _context(upload: Upload, answers: Answers, wrong: dict[str, str]) -> dict[str, object]:
    guessed = actions.guessed_of(upload)
    rows = _sample(upload)
    return {
        "upload": upload,
        "answers": answers,
        "guessed": guessed,
        "columns": columns_shown(answers, guessed, wrong),
        "rows": rows,
        "raw": _raw(upload),
        "wrong": wrong,
        "several": actions.has_several_rows(guessed, answers),
        "before": answered_before(upload),
        "sources": known_sources(),
        "zones": choices.zones(),
        "countries": choices.countries(),
        "currencies": choices.CURRENCIES,
        "channels": choices.channels(),
        "values": _values(answers, upload),
        "steps": steps_at("columns", upload),
    }


def _sample(upload: Upload) -> list[Record]:
    looked, written = actions.looked_of(upload), written_of(upload.written)
    return looking.sample_rows(upload.file, upload.folder, looked, written, looking.SHOWN)


def _raw(upload: Upload) -> tuple[str, ...]:
    looked, written = actions.looked_of(upload), written_of(upload.written)
    shown = looking.preview(upload.file, upload.folder, looked, written)
    return shown.raw[max(0, written.header - 1) :]


def _values(answers: Answers, upload: Upload) -> list[dict[str, object]]:
    """The kinds of events with how many of the sampled rows have each."""
    guessed = actions.guessed_of(upload)
    named = {column.name for column in answers.of_role("event")}
    counts = dict(next((column.values for column in guessed.columns if column.name in named), ()))
    return [{"answer": value, "rows": counts.get(value.value, 0)} for value in answers.values]


@require_POST
@step("columns")
def reuse(request: HttpRequest, upload: Upload) -> HttpResponse:
    """Take over the answers of the last file with these columns."""
    try:
        actions.reuse_answers(actor=staff_of(request), upload=upload)
        messages.success(
            request, _("These are the answers of the earlier file. Look at them once, then confirm.")
        )
    except FilesError as error:
        messages.error(request, str(error))
    return redirect("upload:columns", upload.pk)
