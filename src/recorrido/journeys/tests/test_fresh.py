"""What is recorded is in the logs within a second, and they say what a build from all events would say."""

from datetime import timedelta

import pytest
from django.db import connection

from recorrido.company.models import Role, Staff
from recorrido.events.consumers import move_bookmark
from recorrido.events.models import Bookmark, Event
from recorrido.events.records import NewEvent
from recorrido.journeys import bridge
from recorrido.journeys.actions import build_now, follow, install_blueprint
from recorrido.journeys.actions.fresh import bookmarks_of
from recorrido.journeys.errors import BuildFailed
from recorrido.journeys.models import BuildState, JourneyBuild
from recorrido.journeys.queries import Filters, Selection, count, journey_map, open_study
from recorrido.journeys.tests.blueprints import SMALL, with_lines
from recorrido.journeys.tests.conftest import SHOP
from recorrido.journeys.tests.fresh_logs import KINDS, as_built_anew, follow_to_the_end, log_of, says
from recorrido.journeys.tests.ledgers import build, event, record
from recorrido.journeys.tests.test_build_journeys import APPS
from recorrido.people.actions import merge_persons, unmerge
from recorrido.people.models import PersonChange
from recorrido.people.queries import person_of
from recorrido.shared import clock
from recorrido.shared import sql as plain_sql

pytestmark = pytest.mark.django_db(transaction=True, available_apps=[*APPS, "procrastinate.contrib.django"])
PERSONS = with_lines("key: order", "key: person")
CITY = with_lines(
    "    goal: refund.paid\n",
    "    goal: refund.paid\n    attributes: {city: {person: city}, calls: {count: call}}\n",
)


@pytest.fixture(autouse=True)
def _own_folder(data_folder, transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


def told(kind, identifiers, day=0.0, *, order=None, **facts):
    """An event with identifiers of any kinds, and facts about its person."""
    made = event(kind, day, order=order)
    fields = {name: getattr(made, name) for name in made.__struct_fields__}
    return NewEvent(**fields | {"identifiers": identifiers, "attributes": facts})


def waiting_builds():
    return list(JourneyBuild.objects.filter(state=BuildState.QUEUED).values_list("journey_type", flat=True))


def test_an_event_is_on_the_map_with_the_next_step_of_the_follower():
    record(event("order.placed", order="o1"))
    build(SMALL)
    before = open_study("order")
    record(event("refund.paid", 1, order="o1"), event("order.placed", 1, order="o2"))
    assert follow() is False
    after = open_study("order")
    assert [count(study, Filters(), Selection()).count for study in (before, after)] == [1, 2]
    assert {step.step: step.journeys.count for step in journey_map(after, Filters()).steps} == {
        "order.placed": 2, "refund.paid": 1,
    }  # fmt: skip
    assert (
        open_study("order", before.version).version == before.version
        and not open_study("order", before.version).is_newest
    )


def test_what_changes_no_journey_makes_no_version():
    record(event("order.placed", order="o1"))
    build(SMALL)
    version = log_of().version
    record(event("weather.changed", customer=None))
    follow()
    assert log_of().version == version
    assert follow() is False


def test_a_step_that_never_happened_before_comes_with_its_channel():
    record(event("order.placed", order="o1", channel="web"))
    build(SMALL)
    record(event("contact.received", 1, order="o1", channel="phone"))
    follow()
    assert says()["journeys"]["o1"]["channels"] == ["web", "phone"]
    assert as_built_anew()


def test_when_two_persons_are_one_their_journeys_are_too_and_apart_again_when_they_are_not():
    staff = Staff.objects.create(email="a@example.cl", name="A", role=Role.ADMIN)
    record(
        event("order.placed", customer="c1", order="o1"), event("order.placed", 1, customer="c2", order="o2")
    )
    build(PERSONS)
    merge_persons(actor=staff, one=person_of("customer", "c1"), other=person_of("customer", "c2"))
    follow()
    assert len(says()["journeys"]) == 1 and as_built_anew()
    unmerge(actor=staff, merge=PersonChange.objects.get(kind=PersonChange.MERGED).id)
    follow()
    assert len(says()["journeys"]) == 2 and as_built_anew()


def test_orders_name_the_person_that_speaks_for_them_today():
    record(
        event("order.placed", customer="c1", order="o1"), event("order.placed", 1, customer="c2", order="o2")
    )
    build(SMALL)
    record(told("page.viewed", (("customer", "c1"), ("customer", "c2"), ("email", "a@example.cl"))))
    record(told("page.viewed", (("customer", "c2"), ("email", "a@example.cl"))))
    follow()
    assert as_built_anew()


def test_facts_told_of_a_person_later_reach_all_their_orders():
    record(
        *(event("order.placed", day, order=f"o{day}") for day in range(3)),
        event("order.placed", customer="c2", order="x"),
    )
    build(CITY)
    record(told("profile.told", (("customer", "c1"),), 1, city="Valdivia"))
    follow()
    assert [says()["journeys"][key]["city"] for key in ("o0", "o1", "o2", "x")] == ["Valdivia"] * 3 + [None]
    assert as_built_anew()


def test_a_score_that_is_no_step_of_the_journey_reaches_it():
    text = with_lines(
        "    goal: refund.paid\n",
        "    goal: refund.paid\n    without: call\n    attributes: {score: {last: score, of: call, type: number}}\n",
    )
    record(event("order.placed", order="o1"), event("order.placed", customer="c2", order="o2"))
    build(text)
    record(event("contact.received", 2, order="o1", channel="phone", score=4))
    follow()
    assert [says()["journeys"][key]["score"] for key in ("o1", "o2")] == [4, None]
    assert as_built_anew()


def test_dates_without_a_time_stand_as_a_build_puts_them():
    text = with_lines("    nature: support\n", "    nature: support\n    time: date\n")
    record(event("refund.paid", 0.1, order="o1"))
    build(text)
    record(event("contact.received", -0.5, order="o1", channel="phone", date_only=True))
    follow()
    assert log_of().date_only_steps == ("call",) and as_built_anew()


def test_a_bookmark_that_is_set_back_makes_the_follower_do_it_again():
    record(event("order.placed", order="o1"))
    build(SMALL)
    version = log_of().version
    move_bookmark(consumer=bookmarks_of("order")[0], position=Event.objects.get().id - 1)
    follow()
    assert log_of().version != version and as_built_anew()
    assert Bookmark.objects.get(consumer=bookmarks_of("order")[0]).position > 0


def test_values_that_fit_the_log_no_more_have_it_built_anew():
    text = with_lines(
        "    goal: refund.paid\n", "    goal: refund.paid\n    attributes: {shelf: {first: shelf}}\n"
    )
    record(event("order.placed", order="o1", shelf=2.5))
    build(text)
    record(event("order.placed", 1, order="o2", shelf="A7"))
    follow()
    follow()
    assert waiting_builds() == ["order"]


def test_who_is_far_behind_is_built_anew():
    record(event("order.placed", order="o1"))
    build(SMALL)
    plain_sql.fetch("SELECT setval('events_event_id_seq', (SELECT max(id) FROM events_event) + 300000)")
    record(event("order.placed", 1, order="o2"))
    follow()
    assert waiting_builds() == ["order"]


def test_past_a_tenth_of_the_base_a_build_is_asked_for():
    record(event("order.placed", order="o0"))
    build(SMALL)
    for part in range(3):
        record(*(event("order.placed", order=f"o{part}-{number}") for number in range(4_000)))
        follow_to_the_end()
    assert waiting_builds() == ["order"]


CORRECT = """
    INSERT INTO events_eventoverlay (event_id, object_ids, leaf_id)
    SELECT max(e.id), (SELECT array_agg(id) FROM events_objectref WHERE external_id = 'o1'), min(e.leaf_id)
    FROM events_event e
"""


@pytest.mark.parametrize("text", [SMALL, PERSONS])
def test_events_are_read_with_the_corrections_that_lie_over_them(text):
    record(event("order.placed", order="o1"), event("refund.paid", 1, customer=None))
    plain_sql.execute(CORRECT)
    build(text)
    record(event("contact.received", 2, order="o1", channel="phone"))
    follow()
    (journey,) = says()["journeys"].values()
    assert [step for step, _ in journey["steps"]] == ["order.placed", "refund.paid", "call"]
    assert as_built_anew()


GIVEN = CORRECT.replace("min(e.leaf_id)", "(SELECT id FROM people_identifier WHERE value = 'c1')")


def test_facts_told_of_a_person_reach_the_orders_that_a_correction_gave_them():
    record(event("order.placed", customer="c2", order="o1"), event("refund.paid", 1, customer=None))
    record(event("page.viewed", customer="c1"), event("refund.paid", 2, customer=None))
    plain_sql.execute(GIVEN)
    build(CITY)
    record(told("profile.told", (("customer", "c1"),), 1, city="Valdivia"))
    follow()
    assert says()["journeys"]["o1"]["city"] == "Valdivia" and as_built_anew()


def test_time_alone_moves_the_moment_a_log_speaks_of_while_the_ledger_is_alive():
    record(NewEvent("m1", "order.placed", clock.now(), objects=(("order", "o1"),)))
    build(SMALL)
    before = log_of().as_of
    with clock.frozen(clock.now() + timedelta(minutes=20)) as later:
        follow()
        assert log_of().as_of == later > before
    with clock.frozen(clock.now() + timedelta(days=9)):
        follow()
        assert log_of().as_of == later


def test_a_blueprint_that_cannot_be_followed_keeps_no_other_log_from_it(data_folder):
    for kind in KINDS[:2]:
        record(event("order.placed", customer=kind, order=kind))
        build(SHOP.read_text(), kind)
    (bridge.log_folder("order") / "manifest.json").write_text("{")
    record(event("order.placed", 1, customer="x"))
    follow()
    assert len(says("purchase")["journeys"]) == 3


def test_what_happens_during_a_build_is_on_the_map_before_and_after_it():
    record(event("order.placed", order="o1"))
    build(SMALL)
    seen, numbers = [], iter(range(2, 99))

    def while_it_runs(row):
        if row.running:
            record(event("order.placed", 1, order=f"o{next(numbers)}"))
            follow()
            seen.append((row.state, len(says()["journeys"])))

    build_now(journey_type="order", actor=None, tell=while_it_runs)
    assert [journeys for _, journeys in seen] == list(range(2, 2 + len(seen)))
    assert {state for state, _ in seen} == {"exporting", "building"}
    assert len(says()["journeys"]) == 1 + len(seen)
    assert as_built_anew()


def test_a_build_by_another_blueprint_takes_in_what_was_appended_by_the_old_one():
    record(event("order.placed", order="o1"))
    build(SMALL)
    install_blueprint(source=with_lines("  call:", "  talk:"), file_name="new.yaml", actor=None)

    def while_it_runs(row):
        if row.running and row.percent == 90:
            record(event("contact.received", 1, order="o1", channel="phone"))
            follow()
            assert [step for step, _ in says()["journeys"]["o1"]["steps"]] == ["order.placed", "call"]

    build_now(journey_type="order", actor=None, tell=while_it_runs)
    assert [step for step, _ in says()["journeys"]["o1"]["steps"]] == ["order.placed", "talk"]


def test_a_build_that_fails_at_its_end_leaves_the_log_that_was_kept_fresh():
    record(event("order.placed", order="o1"))
    build(SMALL)

    def stop(row):
        if row.percent == 90:
            raise BuildFailed("no more")

    record(event("order.placed", 1, order="o2"))
    follow()
    with pytest.raises(BuildFailed):
        build_now(journey_type="order", actor=None, tell=stop)
    assert open_study("order").log.total_journeys == 2
    record(event("order.placed", 2, order="o3"))
    follow()
    assert open_study("order").log.total_journeys == 3


def test_a_build_that_died_after_it_was_published_counts_as_done():
    record(event("order.placed", order="o1"))
    first = build(SMALL)
    JourneyBuild.objects.filter(id=first.id).update(state=BuildState.BUILDING)
    build_now(journey_type="order", actor=None)
    first.refresh_from_db()
    assert (first.state, first.journeys) == (BuildState.DONE, 1)
