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
LEAST_OF_A_GATE = 0.05  # nobody asked for a gate: what it costs is said sooner
TELLING = 0.3  # scores closer than this say nothing
ENOUGH_ANSWERS = 10  # a mean of fewer scores is an anecdote


def notes_on(study: Study, hurts: Iterable[Hurt]) -> tuple[Note, ...]:
    """At most three notes: on the steps that hurt most, one place kept for the gate that loses most people."""
    ranked = sorted((hurt for hurt in hurts if not hurt.few), key=lambda hurt: -hurt.score)
    gates = [hurt for hurt in ranked if hurt.gate and hurt.score >= LEAST_OF_A_GATE][:1]
    others = [hurt for hurt in ranked if hurt.score >= LEAST and hurt not in gates]
    worst = gates + others[: SHOWN - len(gates)]
    return tuple(Note(hurt.step, title_of(hurt), text_of(hurt), hurt.score) for hurt in worst)


def title_of(hurt: Hurt) -> str:
    """A gate says whom it stops, a step that is usually late its wait against the promise, others how many are hurt."""
    language = get_language() or "es"
    if hurt.gate:
        return _("Requirement: %(count)s stopped") % {"count": words.number(hurt.reached.best, language)}
    if _usually_broken(hurt):
        return wait_against_promise(hurt.wait) if hurt.wait else ""
    return f"{_lost_and_late(hurt)} ({words.share(hurt.hurt.share_of(hurt.reached), language)})"


def text_of(hurt: Hurt) -> str:
    """What the title left unsaid: how many, else how they scored us beside the others."""
    if hurt.gate or _usually_broken(hurt):
        return _lost_and_late(hurt)
    return _scores(hurt)


def _usually_broken(hurt: Hurt) -> bool:
    """The mean wait is beyond the promise, so that the two numbers side by side say what is wrong."""
    wait = hurt.wait
    if not hurt.late.count or wait is None or not wait.promised:
        return False
    return wait.mean is not None and wait.limit is not None and wait.mean > wait.limit


def _lost_and_late(hurt: Hurt) -> str:
    language = get_language() or "es"
    parts = []
    if hurt.lost.count:
        parts.append(_("%(count)s lost") % {"count": words.number(hurt.lost.best, language)})
    if hurt.late.count or not parts:
        parts.append(_("%(count)s late") % {"count": words.number(hurt.late.best, language)})
    return " · ".join(parts)


def _scores(hurt: Hurt) -> str:
    told, language = hurt.satisfaction, get_language() or "es"
    if told is None or told.hurt is None or told.hurt_answers < ENOUGH_ANSWERS:
        return ""
    facts = {"hurt": words.decimal(told.hurt, language)}
    if told.others is None or told.others_answers < ENOUGH_ANSWERS:
        return _("they score %(hurt)s") % facts
    if abs(told.hurt - told.others) < TELLING:
        return ""
    return _("they score %(hurt)s, others %(others)s") % (
        facts | {"others": words.decimal(told.others, language)}
    )


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
