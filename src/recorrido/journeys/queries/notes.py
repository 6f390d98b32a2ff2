"""What the map says beside its most painful steps."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recorrido.journeys.queries.hurts import Hurt, Wait
from recorrido.journeys.queries.study import Study
from trayecto.draw import Note, words

SHOWN = 3
LEAST = 0.12  # steps that hurt less need no words


def notes_on(study: Study, hurts: Iterable[Hurt]) -> tuple[Note, ...]:
    """At most three notes, on the steps that hurt most."""
    worst = sorted((h for h in hurts if h.score >= LEAST and not h.few), key=lambda h: -h.score)[:SHOWN]
    return tuple(Note(hurt.step, title_of(hurt), text_of(hurt), hurt.score) for hurt in worst)


def title_of(hurt: Hurt) -> str:
    """A gate says whom it stops, a late step its wait against the promise."""
    language = get_language() or "es"
    if hurt.gate:
        return _("Requirement: %(count)s stopped") % {"count": words.number(hurt.reached.best, language)}
    if hurt.late.count and hurt.wait and _usually_broken(hurt.wait):
        return wait_against_promise(hurt.wait)
    facts = {
        "count": words.number(hurt.hurt.best, language),
        "share": words.share(hurt.hurt.share_of(hurt.reached), language),
    }
    return _("%(count)s lost or late (%(share)s)") % facts


def _usually_broken(wait: Wait) -> bool:
    """The mean wait is beyond the promise, so that the two numbers side by side say what is wrong."""
    return wait.promised and wait.mean is not None and wait.limit is not None and wait.mean > wait.limit


def text_of(hurt: Hurt) -> str:
    language = get_language() or "es"
    parts = []
    if hurt.lost.count:
        parts.append(_("%(count)s lost") % {"count": words.number(hurt.lost.best, language)})
    if hurt.late.count:
        parts.append(_("%(count)s late") % {"count": words.number(hurt.late.best, language)})
    return " · ".join(parts)


def wait_against_promise(wait: Wait) -> str:
    """ "6.4 working days (promised: 5)", or the same in calendar time."""
    language = get_language() or "es"
    if wait.mean is None or wait.limit is None:
        return ""
    if wait.per_day and wait.working_days is not None:
        facts = {
            "wait": words.decimal(wait.mean / wait.per_day, language),
            "promise": words.decimal(
                wait.working_days, language, 0 if wait.working_days == int(wait.working_days) else 1
            ),
        }
        return _("%(wait)s working days (promised: %(promise)s)") % facts
    facts = {"wait": words.duration(wait.mean, language), "promise": words.duration(wait.limit, language)}
    return _("%(wait)s (promised: %(promise)s)") % facts
