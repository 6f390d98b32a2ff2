import numpy as np
import pytest

from recorrido.simulator.errors import UnknownFault
from recorrido.simulator.model import simulate
from recorrido.simulator.scenario import resized

FAULTS = ("identity_document", "weekly_refunds", "ruta_sur", "silent_pickup")
COMPARED = ("key", "started", "amount", "placed", "delivered", "picked_up", "refunded", "again")


def touched(world) -> dict[str, np.ndarray]:
    """Customers to whom each fault could have done something."""
    orders, names = world.orders, world.plan.carrier_names
    return {
        "identity_document": orders.customer[orders.gate >= 0],
        "weekly_refunds": orders.customer[orders.return_way == 1],
        "ruta_sur": orders.customer[orders.carrier == names.index("Ruta Sur")],
        "silent_pickup": orders.customer[orders.silent],
    }


def untouched_orders(world, customers: np.ndarray) -> list[list]:
    part = world.orders.take(~np.isin(world.orders.customer, customers))
    rows = np.argsort(part.key)
    return [getattr(part, name)[rows].tolist() for name in COMPARED if name in part]


@pytest.mark.parametrize("fault", FAULTS)
def test_without_a_fault_nobody_changes_whom_it_never_touched(world, fault):
    healed = simulate(world.plan.scenario, [fault])
    customers = np.union1d(touched(world)[fault], touched(healed)[fault])
    assert untouched_orders(world, customers) == untouched_orders(healed, customers)


@pytest.mark.parametrize("fault", FAULTS)
def test_without_a_fault_nobody_stops_buying_who_went_on_with_it(world, fault):
    healed = simulate(world.plan.scenario, [fault])
    with_fault, without = (set(w.orders.key[w.orders.placed < w.plan.end].tolist()) for w in (world, healed))
    # An order leaves only where an earlier payment or handing over moved something beyond the end.
    assert len(with_fault - without) <= len(with_fault) * 0.001
    assert len(without) >= len(with_fault)


def test_another_seed_is_another_run(world):
    other = simulate(resized(world.plan.scenario, seed=4))
    assert other.orders.amount[:100].tolist() != world.orders.amount[:100].tolist()


def test_fewer_customers_are_the_first_of_the_many(world):
    few = simulate(resized(world.plan.scenario, customers=500)).orders
    same = world.orders.take(world.orders.customer < 500)
    assert few.amount[np.argsort(few.key)].tolist() == same.amount[np.argsort(same.key)].tolist()


def test_leaving_out_an_unknown_fault_names_the_nearest(aromo):
    with pytest.raises(UnknownFault, match="Did you mean 'ruta_sur'"):
        simulate(aromo, ["ruta_norte_sur"])
