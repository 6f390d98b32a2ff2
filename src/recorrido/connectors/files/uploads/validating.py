"""Whether answers fit together, said field by field before anything is tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from recorrido.connectors.files.errors import AnswersWrong
from recorrido.connectors.files.guess import words
from recorrido.connectors.files.guess.readings import TIMESTAMP
from recorrido.connectors.files.guess.shapes import DATES, EVENTS
from recorrido.connectors.files.uploads.answers import SINGLE, Answers, types_for
from recorrido.connectors.files.uploads.looking import Guessed
from recorrido.events.records import CHANNELS, MAX_SOURCE

Wrong = tuple[str, str]


def check_answers(answers: Answers, guessed: Guessed) -> None:
    """Raises AnswersWrong with a sentence for every field: ``column.3.role``, ``key``, ``zone`` …"""
    places = {column.name: number for number, column in enumerate(answers.columns)}
    wrong: dict[str, str] = {}
    for field, sentence in (
        *_shape(answers),
        *_columns(answers, places),
        *_dates(answers, places),
        *_values(answers),
        *_settings(answers),
    ):
        wrong.setdefault(field, sentence)
    if wrong:
        raise AnswersWrong(wrong)


def _shape(answers: Answers) -> Iterator[Wrong]:
    key = answers.column(answers.key)
    if answers.shape == DATES:
        if key is None or key.role in words.PERSONS:
            yield "key", _("Choose the column with the number of the order, return or case.")
        if not answers.dates:
            yield "shape", _("Mark at least one column as a date that becomes an event.")
    elif answers.shape == EVENTS:
        if key is None:
            yield (
                "key",
                _("Choose the column that says whose events these are: an order, a case or a person."),
            )
        if not answers.of_role(words.TIME):
            yield "shape", _("Mark the column with the time of the event.")
        if not answers.of_role(words.EVENT):
            yield "shape", _("Mark the column with the kind of event.")
        elif not any(value.event for value in answers.values):
            yield "kinds", _("Name at least one kind of event.")
    elif not answers.of_role(*words.PERSONS):
        yield "shape", _("Mark at least one column that says who the person is: e-mail, phone or a number.")


def _columns(answers: Answers, places: Mapping[str, int]) -> Iterator[Wrong]:
    seen: Counter[str] = Counter()
    for column in answers.columns:
        place = places[column.name]
        seen[column.role] += 1
        if column.role in SINGLE and seen[column.role] > 1:
            yield f"column.{place}.role", _("Another column above is this already; choose one of them.")
        if types_for(column.role) and column.form == "?":
            yield f"column.{place}.form", _("Both readings are possible: choose the right one.")
    if answers.key and (key := answers.column(answers.key)) and key.role == words.LEAVE:
        yield f"column.{places[key.name]}.role", _("This column says whose events these are: say what it is.")


def _dates(answers: Answers, places: Mapping[str, int]) -> Iterator[Wrong]:
    if answers.shape != DATES:
        return
    events: Counter[str] = Counter(column.event for column in answers.dates)
    for column in answers.of_role(words.DATE):
        place = places[column.name]
        if not column.event:
            yield f"column.{place}.event", _("Name the event that this date becomes.")
        elif events[column.event] > 1:
            yield f"column.{place}.event", _("Two dates have this name; give each its own.")


def _values(answers: Answers) -> Iterator[Wrong]:
    for number, (_value, word) in enumerate(answers.channels.items()):
        if word and word not in CHANNELS:
            yield f"channel.{number}", _("Choose a channel of the list.")


def _settings(answers: Answers) -> Iterator[Wrong]:
    if not answers.source.strip():
        yield "source", _("Say which system the file comes from.")
    elif len(answers.source) > MAX_SOURCE or not answers.source.isprintable():
        yield "source", _("Use at most %d plain characters.") % MAX_SOURCE
    if answers.zone not in available_timezones():
        yield "zone", _("Choose the time zone of the dates.")
    if answers.of_role(*words.OF_A_COUNTRY) and len(answers.country) != 2:
        yield "country", _("Choose the country of the phone numbers and national ids.")
    if answers.of_role(words.AMOUNT) and answers.shape != "persons" and len(answers.currency) != 3:
        yield "currency", _("Choose the currency of the amounts.")


def needs_zone(answers: Answers, guessed: Guessed) -> bool:
    """Whether some time of day names no zone of its own."""
    zoned = {column.name for column in guessed.columns if (way := column.readings.best) and way.zoned}
    return any(column.type == TIMESTAMP and column.name not in zoned for column in answers.columns)
