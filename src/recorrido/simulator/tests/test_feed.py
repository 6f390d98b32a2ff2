import pytest

from recorrido.connectors.files.actions import import_files
from recorrido.connectors.files.parse import find_mapping
from recorrido.events.models import Event
from recorrido.people.queries import person_of
from recorrido.simulator import actions
from recorrido.simulator.customers import Identities
from recorrido.simulator.model import simulate
from recorrido.simulator.parsing import load_scenario, shipped_names
from recorrido.simulator.scenario import resized
from recorrido.simulator.writer import write_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(aromo):
    return resized(aromo, customers=300)


def test_everything_is_recorded_and_nothing_refused(small):
    report = actions.feed(scenario=small)
    assert (report.recorded, report.duplicates, report.quarantined) == (report.events, 0, 0)
    assert Event.objects.count() == report.events


def test_feeding_twice_changes_nothing(small):
    first = actions.feed(scenario=small)
    again = actions.feed(scenario=small)
    assert (again.recorded, again.duplicates) == (0, first.events)


def test_an_interrupted_feed_is_resumed_by_running_it_again(aromo):
    scenario = resized(aromo, customers=1_500)  # several transactions

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        actions.feed(scenario=scenario, progress=interrupt)
    kept = Event.objects.count()
    report = actions.feed(scenario=scenario)
    assert 0 < kept < report.events
    assert (report.duplicates, Event.objects.count()) == (kept, report.events)


def test_a_person_is_one_across_shop_telephone_and_browser(small):
    actions.feed(scenario=small)
    world = simulate(small)
    orders, who = world.orders, Identities(world.plan)
    buyer = orders.customer[world.plan.seen(orders.placed) & (orders.channel == 0)][0]
    names = (
        ("customer", who.customer),
        ("email", who.email),
        ("phone", who.phone),
        ("anonymous", who.device),
    )
    assert len({person_of(kind, values[buyer]) for kind, values in names}) == 1


def test_a_marketplace_buyer_is_the_person_with_that_telephone(small):
    actions.feed(scenario=small)
    world = simulate(small)
    orders, who = world.orders, Identities(world.plan)
    market = world.plan.channel_names.index("marketplace")
    buyer = orders.customer[world.plan.seen(orders.placed) & (orders.channel == market)][0]
    assert person_of("customer", who.market[buyer]) == person_of("phone", who.phone[buyer])


def test_customers_never_melt_into_each_other(small):
    actions.feed(scenario=small)
    who = Identities(simulate(small).plan)
    persons = [person_of("phone", phone) for phone in who.phone]
    found = [person for person in persons if person is not None]
    assert len(found) == len(set(found)) > 100


def test_the_written_events_and_the_fed_ones_are_the_same_messages(small, tmp_path):
    report = write_run(scenario=small, out=tmp_path)
    import_files(
        actor=None,
        mapping=find_mapping("events"),
        files=[report.events_path],
        rejects_file=tmp_path / "rejects.csv",
    )
    fed = actions.feed(scenario=small)
    assert (fed.recorded, fed.duplicates, Event.objects.count()) == (0, report.events, report.events)


@pytest.mark.parametrize("name", shipped_names())
def test_the_ledger_understands_every_event_of_every_shipped_scenario(name):
    report = actions.feed(scenario=resized(load_scenario(name), customers=60))
    assert report.recorded == report.events > 0
