"""From the ledger to a journey log: what is a step of what, and what is left out and said."""

import threading

import pytest
from django.db import connection

import trayecto
from recorrido.journeys import bridge
from recorrido.journeys.actions import build_now, install_blueprint
from recorrido.journeys.errors import BuildFailed, BuildRunning, NoBlueprint, UnknownJourneyType
from recorrido.journeys.models import BuildState, JourneyBuild
from recorrido.journeys.tests.blueprints import SMALL, with_lines
from recorrido.journeys.tests.ledgers import build, event, record

# The ledger is read behind the commit-safe horizon, so events must really be committed.
# Naming the apps spares the flush after each test from making all permissions anew.
APPS = ["recorrido.company", "recorrido.people", "recorrido.events", "recorrido.journeys"]
pytestmark = pytest.mark.django_db(transaction=True, available_apps=APPS)


@pytest.fixture(autouse=True)
def _own_folder(data_folder):
    pass


def log_of(journey_type="order"):
    return trayecto.JourneyLog.open(bridge.log_folder(journey_type))


def steps_by_journey(journey_type="order"):
    log = log_of(journey_type)
    return {
        row["journey"]: [step for step, _at in log.steps_of(row["row"])] for row in log.journeys().to_pylist()
    }


def attributes_of(journey="o1"):
    return next(row for row in log_of().journeys().to_pylist() if row["journey"] == journey)


def test_an_event_is_a_step_of_every_order_it_touches():
    both = event("refund.paid", 1)
    both = type(both)(
        **{
            **{f: getattr(both, f) for f in both.__struct_fields__},
            "objects": (("order", "o1"), ("order", "o2")),
        }
    )
    record(event("order.placed", order="o1"), event("order.placed", order="o2"), both)
    assert build(SMALL).journeys == 2
    assert steps_by_journey() == {
        "o1": ["order.placed", "refund.paid"],
        "o2": ["order.placed", "refund.paid"],
    }


def test_the_channel_decides_the_touchpoint():
    record(
        event("order.placed", order="o1"),
        event("contact.received", 1, order="o1", channel="phone"),
        event("contact.received", 2, order="o1", channel="email"),
    )
    done = build(SMALL)
    assert steps_by_journey() == {"o1": ["order.placed", "call"]}
    assert done.unmatched == [{"type": "contact.received", "channel": "email", "events": 1}]


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("{reason: [late, lost]}", ["late"]),
        ("{urgent: yes}", ["urgent"]),
        ("{score: {min: 2, max: 3}}", ["three"]),
    ],
)
def test_properties_decide_the_touchpoint(condition, kept):
    text = with_lines("channels: [phone]", f"channels: [phone]\n    when: {condition}")
    calls = {
        "late": {"reason": "late"},
        "urgent": {"urgent": True},
        "three": {"score": 3},
        "odd": {"score": "many"},
    }
    record(*(event("contact.received", order=name, channel="phone", **told) for name, told in calls.items()))
    build(text)
    assert list(steps_by_journey()) == kept


def test_events_are_counted_one_by_one_even_when_left_out():
    record(
        event("order.placed", order="o1"),
        event("order.placed"),
        event("page.viewed"),
        event("page.viewed", channel="web"),
    )
    done = build(SMALL)
    assert (done.events_total, done.events_used, done.events_without_key, done.unmatched_events) == (
        4,
        1,
        1,
        2,
    )


def test_persons_are_cut_into_journeys_around_their_orders():
    text = with_lines("key: order", "key: person")
    record(
        event("order.placed", 0),
        event("refund.paid", 5),
        event("order.placed", 200),
        event("refund.paid", 204),
    )
    build(text)
    assert [steps for _, steps in sorted(steps_by_journey().items())] == [["order.placed", "refund.paid"]] * 2


def test_two_identifiers_of_one_person_make_one_journey():
    text = with_lines("key: order", "key: person")
    known = event("order.placed", 0, customer="c1")
    merged = type(known)(
        message_id="merge",
        type="order.placed",
        at=known.at,
        identifiers=(("customer", "c1"), ("email", "ana@example.com")),
    )
    by_mail = type(known)(
        message_id="mail", type="refund.paid", at=known.at, identifiers=(("email", "ana@example.com"),)
    )
    record(by_mail, known, merged)
    assert build(text).journeys == 1


def test_attributes_come_from_the_named_steps_only():
    lines = (
        "    goal: refund.paid\n    attributes:\n"
        "      amount: {total: amount, of: order.placed}\n"
        "      region: {first: region, segment: yes}\n"
        "      entry: {first: channel}\n"
        "      calls: {count: call}\n"
        "      score: {last: score, type: number}\n"
    )
    record(
        event("order.placed", 0, order="o1", amount=100, region="RM", channel="web"),
        event("contact.received", 1, order="o1", channel="phone", amount=7),
        event("refund.paid", 2, order="o1", amount=100, region="VS", score="no number"),
    )
    build(with_lines("    goal: refund.paid\n", lines))
    row = attributes_of()
    assert (row["amount"], row["region"], row["entry"], row["calls"], row["score"]) == (
        100,
        "RM",
        "web",
        1,
        None,
    )


def test_a_journey_carries_what_is_known_of_its_person():
    text = with_lines(
        "    goal: refund.paid\n", "    goal: refund.paid\n    attributes: {city: {person: city}}\n"
    )
    first, second = event("order.placed", 0, order="o1"), event("refund.paid", 1, order="o1")
    fields = {name: getattr(second, name) for name in second.__struct_fields__}
    record(first, type(second)(**{**fields, "attributes": {"city": "Valdivia"}}))
    build(text)
    assert attributes_of()["city"] == "Valdivia"


def test_an_order_names_its_customer():
    record(event("order.placed", order="o1"))
    build(SMALL)
    assert attributes_of()["person"].isdigit()


def test_dates_without_a_time_stand_in_blueprint_order():
    text = with_lines("    nature: support\n", "    nature: support\n    time: date\n")
    record(
        event("refund.paid", 0.1, order="o1"),
        event("contact.received", -0.5, order="o1", channel="phone", date_only=True),
    )
    build(text)
    assert log_of().date_only_steps == ("call",)


def test_a_build_says_up_to_where_it_read():
    record(event("order.placed", order="o1"))
    first = build(SMALL)
    record(event("order.placed", 1, order="o2"))
    second = build_now(journey_type="order", actor=None)
    assert second.bookmark > first.bookmark
    assert (second.state, second.percent, second.journeys) == (BuildState.DONE, 100, 2)
    assert second.log_version != first.log_version


def test_building_without_events_says_what_to_do():
    with pytest.raises(BuildFailed):
        build(SMALL)
    assert "Import" in JourneyBuild.objects.get().error or "Importe" in JourneyBuild.objects.get().error


def test_a_failed_build_leaves_the_old_log():
    record(event("order.placed", order="o1"))
    version = build(SMALL).log_version
    with pytest.raises(BuildFailed):
        build(with_lines("event: order.placed", "event: sale.made"))
    assert log_of().version == version
    assert JourneyBuild.objects.newest_done("order").log_version == version


def test_building_without_a_blueprint_says_so():
    with pytest.raises(NoBlueprint):
        build_now(journey_type="order", actor=None)


def test_an_unknown_journey_type_is_refused():
    install_blueprint(source=SMALL, file_name="small.yaml", actor=None)
    with pytest.raises(UnknownJourneyType):
        build_now(journey_type="return", actor=None)


def test_nothing_stays_of_the_export(data_folder):
    record(event("order.placed", order="o1"))
    build(SMALL)
    assert list((data_folder / "tmp").iterdir()) == []


def test_one_build_at_a_time_per_journey_type():
    record(event("order.placed", order="o1"))
    build(SMALL)
    locked, done = threading.Event(), threading.Event()

    def hold_the_lock():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(4917, hashtext('order'))")
            locked.set()
            done.wait(20)
        connection.close()

    other = threading.Thread(target=hold_the_lock)
    other.start()
    assert locked.wait(20)
    with pytest.raises(BuildRunning):
        build_now(journey_type="order", actor=None)
    done.set()
    other.join()
