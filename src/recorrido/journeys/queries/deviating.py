"""Which journeys deviate from their design: for clicks on the figures of the conformance pages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from recorrido.journeys.errors import BadSelection
from recorrido.journeys.queries.answers import kept
from recorrido.journeys.queries.study import Study
from trayecto.deviations import KINDS, Chosen, Deviation, find
from trayecto.errors import TrayectoError


@kept
def found_in(study: Study) -> Any:
    """The deviations of all journeys of the log (``trayecto.deviations.Found``). Raises BadSelection where the design
    has no path for them."""
    try:
        return find(study.log, study.blueprint, study.journey_type)
    except TrayectoError as error:
        message = _("The design says no path for these journeys, so none of them can deviate from it.")
        raise BadSelection(message) from error


def deviating_filter(study: Study, kind: str, step: str, rule: str = "", other: str = "") -> Any:
    """The journeys that deviate in this way; none where nobody does."""
    if kind not in KINDS:
        raise ValueError(kind)
    return Chosen(found_in(study).mask(Deviation(kind, step, rule, other)), f"{kind} {step}")


def conforming_filter(study: Study) -> Any:
    return Chosen(found_in(study).conforming, "conforming")


def judged_filter(study: Study) -> Any:
    return Chosen(found_in(study).judged, "judged")


def unseen_filter(study: Study) -> Any:
    """Decided journeys that began before the log did, so that nothing says what they skipped."""
    return Chosen(found_in(study).unseen, "began before the log")


def aligned_filter(study: Study, place: str) -> Any:
    """The journeys of one variant, by its place among the aligned ones, from 0."""
    return Chosen(found_in(study).place == int(place), f"aligned {place}")
