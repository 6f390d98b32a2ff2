"""From an imported file to the proposal of a blueprint."""

from __future__ import annotations

from typing import Any

from recorrido.connectors.files.guess import words
from recorrido.connectors.files.guess.readings import DATE
from recorrido.connectors.files.guess.shapes import DATES, EVENTS
from recorrido.connectors.files.models import Upload
from recorrido.connectors.files.uploads.actions import answers_of, guessed_of
from recorrido.connectors.files.uploads.answers import Answers, ColumnAnswer
from recorrido.connectors.files.uploads.looking import Guessed
from recorrido.connectors.files.uploads.mapping_text import hour_of, property_names
from recorrido.journeys.drafting.propose import FoundEvent, Proposal
from recorrido.journeys.drafting.vocabulary import label_of
from recorrido.journeys.queries import observed_order

MOST_SEGMENTS = 8
MOST_VALUES = 60


def proposal_of(upload: Upload) -> Proposal:
    """Touchpoints from the events of the file, in the order in which the ledger saw them happen."""
    answers, guessed = answers_of(upload), guessed_of(upload)
    found = {event.type: event for event in _events(answers)}
    order = observed_order(list(found), answers.key_kind)
    attributes = _attributes(answers, guessed, order[0] if answers.shape == DATES else "")
    return Proposal(
        name=label_of(upload.name.rpartition(".")[0] or upload.name),
        key=answers.key_kind,
        events=tuple(found[type_] for type_ in order),
        country=answers.country,
        time_zone=answers.zone,
        currency=answers.currency,
        attributes=attributes,
        value="amount" if "amount" in attributes else "",
    )


def _events(answers: Answers) -> list[FoundEvent]:
    promised = bool(answers.of_role(words.PROMISE))
    if answers.shape == EVENTS:
        days = _days_only(answers.of_role(words.TIME)[0], answers)
        return [FoundEvent(v.event, v.label, days) for v in answers.values if v.event]
    return [
        FoundEvent(c.event, c.label or c.name, _days_only(c, answers), promised and _is_promised(c.event))
        for c in answers.dates
    ]


def _days_only(column: ColumnAnswer, answers: Answers) -> bool:
    return column.type == DATE and hour_of(column, answers) is None


def _is_promised(event: str) -> bool:
    """What is promised to customers is when their goods, or their money, are there."""
    return event in ("order.delivered", "order.picked_up", "order.installed")


def _attributes(answers: Answers, guessed: Guessed, first: str) -> dict[str, dict[str, Any]]:
    """What journeys carry: sums of amounts, and the columns with few values as segments."""
    names, few = property_names(answers), {column.name for column in guessed.columns if column.values}
    found: dict[str, dict[str, Any]] = {}
    for column in answers.columns:
        name, label = names[column.name], {"label": column.name}
        if column.role in (words.AMOUNT, words.NUMBER):
            found[name] = {"total": name} | label
        elif column.role in (words.STATUS, words.PROPERTY, "store") and column.name in few:
            found[name] = {"first": name, "segment": True} | label
        elif column.role == words.ATTRIBUTE and column.name in few:
            found[name] = {"person": name, "segment": True} | label
        elif column.role == words.CHANNEL:
            found["channel_value"] = {"first": "channel", "segment": True} | label
    segments = [name for name, facts in found.items() if facts.get("segment")]
    for name in segments[MOST_SEGMENTS:]:
        del found[name]
    return found
