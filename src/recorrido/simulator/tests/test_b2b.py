import pytest

from recorrido.simulator.emit import tell
from recorrido.simulator.model import simulate
from recorrido.simulator.parsing import load_scenario
from recorrido.simulator.scenario import resized
from recorrido.simulator.stream import in_time_order


@pytest.fixture(scope="module")
def business():
    return simulate(resized(load_scenario("b2b"), customers=900))


@pytest.fixture(scope="module")
def told(business):
    return [row for _, row in in_time_order(tell(business))]


def test_a_company_buys_through_several_contacts(told):
    buyers = {}
    for row in told:
        if row[1] == "order.placed":
            buyers.setdefault(dict(row[5])["company"], set()).add(dict(row[4])["customer"])
    assert max(len(contacts) for contacts in buyers.values()) == 3


def test_contacts_of_one_company_share_its_region(business):
    pairs = set(zip(business.orders.home.tolist(), business.orders.region.tolist(), strict=True))
    assert len(pairs) == len({home for home, _ in pairs})


def test_delivered_orders_are_invoiced_and_invoices_are_paid_later(told):
    issued = {dict(row[5])["invoice"]: row[2] for row in told if row[1] == "invoice.issued"}
    paid = {dict(row[5])["invoice"]: row[2] for row in told if row[1] == "invoice.paid"}
    both = issued.keys() & paid.keys()
    assert both and all((paid[key] - issued[key]).days >= 28 for key in both)


def test_the_credit_gate_stops_first_orders_above_its_amount(business):
    orders = business.orders
    stopped = orders.gate == 0
    assert stopped.any()
    assert (orders.amount[stopped] > 300_000).all() and orders.first[stopped].all()


def test_representatives_visit_before_orders(told):
    assert sum(row[1] == "visit.made" for row in told) > 100
