"""All judges, one after the other."""

from __future__ import annotations

from chaos import effects, ledger
from chaos.trial import Course
from chaos.verdict import Line, attempts_in, of_the_answers, of_the_way


def judge(course: Course) -> list[Line]:
    """All lines; a promise that was broken has ``kept`` False."""
    attempts = {sender.number: attempts_in(sender.journal) for sender in course.senders}
    recorded = ledger.recorded()
    return [
        *of_the_way(course),
        *of_the_answers(course, attempts),
        *ledger.of_the_events(course, attempts, recorded),
        *ledger.of_the_quarantine(course, attempts),
        *ledger.of_the_persons(recorded),
        *effects.of_the_consumers(course),
        *effects.of_the_webhooks(course),
        *effects.of_the_mails(course),
        *effects.of_the_journeys(),
    ]
