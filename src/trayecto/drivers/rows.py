"""The journeys behind slips."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from trayecto.attempts.facts import facts_of_journeys
from trayecto.designed import blueprint_of
from trayecto.drivers.losses import losses_of
from trayecto.drivers.slips import slips_of
from trayecto.log.journeylog import JourneyLog


def journeys_with_slips(log: JourneyLog) -> Mapping[tuple[str, str], NDArray[np.bool_]]:
    """(step, kind) → (rows,) the journeys of a log in which the step goes badly. Raises BadValue without a blueprint."""
    facts = facts_of_journeys(log, *blueprint_of(log))
    found = {}
    for slip in slips_of(facts, losses_of(facts)) if len(facts.units) else []:
        rows = np.zeros(log.total_rows, np.bool_)
        rows[facts.units.row[slip.badly]] = True
        found[slip.step, slip.kind] = rows
    return found
