"""What a list is called: the selection of a click in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recorrido.journeys.conformance.deviating import said
from recorrido.journeys.queries import Selection, Study, title_of_pace

Namer = Callable[..., str]


def name_of(study: Study, selection: Selection) -> str:
    """ "Journeys late at Refund paid", for the list's heading."""
    return _NAMES[selection.kind, bool(selection.arguments)](study, *selection.arguments)


def _funnel(study: Study, level: str, _within: str, _strict: str, *steps: str) -> str:
    facts = {"step": study.label(steps[int(level) - 1]), "level": level}
    return _("Journeys that reach level %(level)s of the funnel, %(step)s") % facts


def _stopped(study: Study, level: str, _within: str, _strict: str, *steps: str) -> str:
    facts = {"step": study.label(steps[int(level) - 1]), "next": study.label(steps[int(level)])}
    return _("Journeys that reach %(step)s in the funnel and do not go on to %(next)s") % facts


def _flow(study: Study, source: str, target: str) -> str:
    facts = {"source": study.label(source), "target": study.label(target)}
    return _("Journeys that go from %(source)s to %(target)s") % facts


def _at(study: Study, around: str, _within: str, _last: str, level: str, end: str) -> str:
    facts = {"around": study.label(around), "step": _end(study, end), "level": f"{int(level):+d}"}
    return _("Journeys with %(step)s at place %(level)s around %(around)s") % facts


def _stops(study: Study, around: str, _within: str, _last: str, level: str, end: str, side: str) -> str:
    facts = {"around": study.label(around), "step": _end(study, end), "level": f"{int(level):+d}"}
    if int(side) < 0:
        return _("Journeys with nothing before %(step)s at place %(level)s around %(around)s") % facts
    return _("Journeys that stop at %(step)s at place %(level)s around %(around)s") % facts


def _band(study: Study, around: str, _within: str, _last: str, _level: str, source: str, target: str) -> str:
    facts = {"around": study.label(around), "source": _end(study, source), "target": _end(study, target)}
    return _("Journeys from %(source)s to %(target)s, around %(around)s") % facts


def _end(study: Study, end: str) -> str:
    return study.label(end[1:]) if end.startswith("=") else _("other steps")


def _cohort(study: Study, by: str, start: str, period: str, *_steps: str) -> str:
    day = date_format(date.fromisoformat(start), "F Y" if by == "month" else "j F Y")
    if not period:
        return _("Journeys with an order of the persons who first ordered in %(cohort)s") % {"cohort": day}
    facts = {"cohort": day, "period": period}
    return _("Journeys with an order %(period)s periods after the first, cohort of %(cohort)s") % facts


def _gate(study: Study, step: str, outcome: str) -> str:
    names = {
        "stopped": _("Journeys stopped at %(step)s"),
        "passed": _("Journeys that passed %(step)s"),
        "rejected": _("Journeys rejected at %(step)s"),
        "gave_up": _("Journeys that gave up at %(step)s"),
        "open": _("Journeys that wait at %(step)s"),
    }
    return names.get(outcome, outcome) % {"step": study.label(step)}


def _slip(study: Study, step: str, kind: str) -> str:
    names = {
        "late": _("Journeys in which “%(step)s” comes late"),
        "absent": _("Journeys in which “%(step)s” is missing though it was due"),
        "repeated": _("Journeys in which “%(step)s” is done again"),
        "happened": _("Journeys in which “%(step)s” happens"),
        "lost": _("Journeys lost after “%(step)s”"),
    }
    return names[kind] % {"step": study.label(step)}


def _branch(study: Study, kind: str, name: str) -> str:
    if kind == "lost":
        return _("Journeys that never arrived, without a step off the regular path")
    variant = study.journey_type.exceptions.get(name) if kind == "variant" else None
    label = variant.label.text(get_language() or "es") if variant else study.label(name)
    return _("Journeys off the regular path by %(step)s") % {"step": label}


def _deviates(study: Study, kind: str, step: str, rule: str = "", other: str = "") -> str:
    facts = {"step": study.label(step), "deviation": said(study, kind, rule, other)}
    return _("Journeys that leave the design at %(step)s: %(deviation)s") % facts


_NAMES: dict[tuple[str, bool], Namer] = {
    ("all", False): lambda study: _("All journeys"),
    ("step", True): lambda study, step: _("Journeys with %(step)s") % {"step": study.label(step)},
    ("flow", True): _flow,
    ("start", True): lambda study, step: _("Journeys that begin with %(step)s") % {"step": study.label(step)},
    ("end", True): lambda study, step: _("Journeys that end with %(step)s") % {"step": study.label(step)},
    ("reached", False): lambda study: _("Journeys that reached the goal"),
    ("lost", False): lambda study: _("Lost journeys"),
    ("open", False): lambda study: _("Open journeys"),
    ("regular", False): lambda study: _("Journeys on the regular path"),
    ("exceptions", False): lambda study: _("Journeys that left the regular path"),
    ("begun", False): lambda study: _("Journeys that began"),
    ("decided", False): lambda study: _("Journeys that are decided"),
    ("lost", True): lambda study, step: _("Journeys lost at %(step)s") % {"step": study.label(step)},
    ("open", True): lambda study, step: _("Journeys open at %(step)s") % {"step": study.label(step)},
    ("late", True): lambda study, step: _("Journeys late at %(step)s") % {"step": study.label(step)},
    ("hurt", True): lambda study, step: _("Journeys lost or late at %(step)s") % {"step": study.label(step)},
    ("variant", True): lambda study, rank: _("Journeys of variant %(rank)s") % {"rank": rank},
    ("funnel", True): _funnel,
    ("stopped", True): _stopped,
    ("took", True): title_of_pace,
    ("at", True): _at,
    ("stops", True): _stops,
    ("band", True): _band,
    ("cohort", True): _cohort,
    ("finding", True): lambda study, key: _("Journeys behind a finding"),
    ("gate", True): _gate,
    ("branch", True): _branch,
    ("slip", True): _slip,
    ("judged", False): lambda study: _("Journeys judged by the design"),
    ("unseen", False): lambda study: _("Journeys that began before the data do"),
    ("conforming", False): lambda study: _("Journeys that go as designed"),
    ("deviates", True): _deviates,
    ("aligned", True): lambda study, _place: _("Journeys of one variant, beside the design"),
}
