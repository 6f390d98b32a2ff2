"""Orders of which the carrier's word never arrives: they say nothing about the carriers of the others."""

from __future__ import annotations

import zlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

import trayecto
from recorrido.simulator.designs import blueprint_text
from recorrido.simulator.emit import tell
from recorrido.simulator.model import simulate
from recorrido.simulator.parsing import SHIPPED, parse_scenario
from recorrido.simulator.tables import flat
from recorrido.simulator.truth import totals_of
from recorrido.simulator.valuing import values_text
from trayecto.attempts.facts import facts_of
from trayecto.attempts.lives import NEVER
from trayecto.attempts.promises import promises_of
from trayecto.blueprint import read_blueprint
from trayecto.designed import blueprint_of, build_designed
from trayecto.findings import findings

LATE = {
    "key": "late", "kind": "late_carrier", "name": "Paso Andino", "owner": "logistics", "carrier": "Paso Andino", "late": 0.2,
}  # fmt: skip
UNHEARD = 8  # one order in so many


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A company with a late carrier, whose word of every eighth order went to nobody."""
    document = yaml.safe_load((SHIPPED / "calm.yaml").read_text(encoding="utf-8"))
    scenario = parse_scenario(document | {"faults": [LATE]}, "late")
    folder, world = tmp_path_factory.mktemp("unheard"), simulate(scenario)
    trayecto.write_events(folder / "all.parquet", flat(tell(world)))
    table = pq.read_table(folder / "all.parquet")
    rows = zip(table["source"].to_pylist(), table["order_id"].to_pylist(), strict=True)
    heard = [source != "carrier" or zlib.crc32(str(order).encode()) % UNHEARD > 0 for source, order in rows]
    pq.write_table(table.filter(pa.array(heard)), folder / "heard.parquet")
    blueprint = read_blueprint(blueprint_text(scenario))
    events = trayecto.read_events(
        folder / "heard.parquet", journey="", step="event", at="at", tz=blueprint.time_zone
    )
    texts = {"values": values_text(scenario, totals_of(world))}
    return build_designed(events, folder / "log", blueprint=blueprint, texts=texts)[0]


def test_the_late_carrier_is_blamed_though_parcels_of_some_orders_are_never_heard_of(log):
    found = [one for one in findings(log).findings if one.step == "order.delivered" and not one.discarded]
    assert [(one.cause.attribute, one.cause.value) for one in found if one.cause] == [
        ("carrier", "Paso Andino")
    ]


def test_no_pickup_is_blamed_for_orders_that_were_to_be_sent_and_of_which_nobody_told(log):
    facts = facts_of(log, *blueprint_of(log))
    (pickup,) = (one for one in promises_of(facts) if one.step == "pickup.ready")
    kinds = np.array([str(one) for one in facts.attribute("delivery").to_pylist()])
    waited_in_vain = pickup.failed & (pickup.done == NEVER)
    assert set(kinds[waited_in_vain]) <= {"pickup"}
    assert np.count_nonzero(pickup.kept) > 1000
    assert not [one for one in findings(log).findings if one.step == "pickup.ready" and not one.discarded]
