"""What the worker works out: each function takes a study and gives what JSON can hold, without words of one language."""

from __future__ import annotations

from typing import Any

import numpy as np

import trayecto
from recorrido.journeys.analyses.models import Parameters
from recorrido.journeys.analyses.registry import Kind, Progress, register
from recorrido.journeys.queries import Study
from trayecto.demand import FailureDemand, advice_effects, contact_split, failure_demand
from trayecto.demand.costs import months_of
from trayecto.profit import profit

FAILURE_DEMAND, CONTACTS, PROFIT = "failure_demand", "contacts", "profit"
SAMPLED = 300  # contacts of a cause that a page lists


def register_kinds() -> None:
    register(Kind(FAILURE_DEMAND, run=failure_demand_of, scheduled=True, applies=has_support))
    register(Kind(CONTACTS, run=contacts_of, scheduled=True, applies=has_support))
    register(Kind(PROFIT, run=profit_of, scheduled=True, applies=has_orders))


def has_support(study: Study) -> bool:
    """Whether a support contact ever happened in journeys that have orders."""
    return has_orders(study) and any(
        one.nature == "support" and one.key in study.steps for one in study.blueprint.measured
    )


def has_orders(study: Study) -> bool:
    """Whether the journeys are those of persons, which have orders; those of returns or shipments earn nothing themselves."""
    return study.journey_type.key in {"person", "order"} and bool(study.goal)


def failure_demand_of(study: Study, parameters: Parameters, progress: Progress) -> dict[str, Any]:
    """The answer of ``trayecto failure-demand``, with up to SAMPLED contacts of each cause: row of the log, moment, step, channel."""
    progress(0.1)
    found = failure_demand(study.log)
    progress(0.7)
    return {
        **found.to_dict(),
        "months": months_of(found.facts),
        "first": int(found.facts.units.events.at.min()),
        "samples": _samples(found),
    }


def _samples(found: FailureDemand) -> list[list[list[Any]]]:
    """Evenly over time, so that a list shows the whole of it."""
    contacts, names = found.contacts, found.facts.log.step_names
    channels, values = contacts.codes("channel")
    sampled = []
    for cause in found.by_cause:
        ordered = cause.places[np.argsort(contacts.at[cause.places], kind="stable")]
        every = max(1, -(-len(ordered) // SAMPLED))
        sampled.append(
            [
                [
                    int(contacts.row[place]),
                    int(contacts.at[place]),
                    names[contacts.step[place]],
                    values[channels[place]] if channels[place] >= 0 else "",
                ]
                for place in ordered[::every].tolist()
            ]
        )
    return sampled


def contacts_of(study: Study, parameters: Parameters, progress: Progress) -> dict[str, Any]:
    """All contact by purpose, and which advice precedes fewer support contacts."""
    split = contact_split(study.log).to_dict()
    progress(0.3)
    return {**split, "advice": [one.to_dict() for one in advice_effects(study.log)]}


def profit_of(study: Study, parameters: Parameters, progress: Progress) -> dict[str, Any]:
    """Who leaves most and least; without dimensions where nobody says what anything is worth."""
    progress(0.1)
    try:
        return profit(study.log).to_dict()
    except trayecto.BadValue:
        return {"currency": study.blueprint.currency, "months": 0, "whole": None, "dimensions": []}
