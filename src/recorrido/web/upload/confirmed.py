"""How a file is read, in the words of the person who confirmed it: said once more before anything is recorded."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recorrido.connectors.files.guess import words
from recorrido.connectors.files.guess.columns import Column
from recorrido.connectors.files.guess.readings import Reading
from recorrido.connectors.files.models import Upload
from recorrido.connectors.files.uploads import actions
from recorrido.connectors.files.uploads.answers import Answers, types_for, written_of
from recorrido.journeys.queries import channel_label
from recorrido.web.upload import choices
from recorrido.web.upload.showing import encoding_words, form_words, mark_words, said_by

Said = tuple[str, str]


def confirmed(upload: Upload) -> list[Said]:
    """(what, how): letters, cells and rows, dates and numbers with an example, zone, country, currency, source."""
    return [*_written(upload), *_cells(upload), *_settings(actions.answers_of(upload))]


def _written(upload: Upload) -> Iterator[Said]:
    written = written_of(upload.written)
    if written.sheet:
        yield _("Sheet"), written.sheet
    else:
        yield _("Letters"), encoding_words(written.encoding)
        yield _("What stands between the cells"), mark_words(written.delimiter)
    rows = [_("names in row %d") % written.header] if written.header else [_("no row with names")]
    if written.without_last:
        left = ngettext("%d row at the end left out", "%d rows at the end left out", written.without_last)
        rows.append(left % written.without_last)
    yield _("Rows"), ", ".join(rows)


def _cells(upload: Upload) -> Iterator[Said]:
    """Each way to write dates and numbers once, with the columns that are read so."""
    guesses = {column.name: column for column in actions.guessed_of(upload).columns}
    found: dict[str, list[str]] = {}
    examples: dict[str, str] = {}
    for answer in actions.answers_of(upload).columns:
        guess = guesses.get(answer.name)
        way = _way(guess, answer.role, answer.form)
        if guess and way:
            found.setdefault(form_words(way), []).append(answer.name)
            examples.setdefault(form_words(way), f"{guess.examples[0]} → {said_by(way)}")
    for form, names in found.items():
        yield ", ".join(names[:8]) + (" …" if len(names) > 8 else ""), f"{form}: {examples[form]}"


def _way(guess: Column | None, role: str, form: str) -> Reading | None:
    if guess is None or role == words.LEAVE:
        return None
    return next((way for way in guess.readings.ways_of(types_for(role)) if way.form == form), None)


def _settings(answers: Answers) -> Iterator[Said]:
    yield _("System the file comes from"), answers.source
    if answers.country:
        yield _("Country of phone numbers, national ids and holidays"), choices.country_label(answers.country)
    yield _("Time zone of its dates and times"), answers.zone
    if answers.of_role(words.AMOUNT):
        yield _("Currency of its amounts"), answers.currency
    if answers.channel:
        yield _("Channel, where no column says it"), channel_label(answers.channel)
