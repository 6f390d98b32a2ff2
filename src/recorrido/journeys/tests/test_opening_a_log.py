"""A page pins the log version it shows; what is missing says what to do next."""

import shutil

import pytest

from recorrido.company.errors import Forbidden
from recorrido.company.models import Role, Staff
from recorrido.journeys import access, bridge
from recorrido.journeys.actions import build_now, install_blueprint
from recorrido.journeys.errors import LogDamaged, LogVersionGone, NoBlueprint, NoLog, UnknownJourneyType
from recorrido.journeys.queries import Filters, Selection, count, journey_map, journey_types, open_study
from recorrido.journeys.tests.blueprints import SMALL
from recorrido.journeys.tests.ledgers import build, event, record
from recorrido.journeys.tests.test_build_journeys import APPS

pytestmark = pytest.mark.django_db(transaction=True, available_apps=APPS)


@pytest.fixture(autouse=True)
def _own_folder(data_folder):
    pass


def built():
    record(event("order.placed", order="o1"))
    return build(SMALL)


def test_without_a_blueprint_pages_say_so():
    with pytest.raises(NoBlueprint):
        open_study("order")


def test_before_the_first_build_pages_say_so():
    install_blueprint(source=SMALL, file_name="small.yaml", actor=None)
    with pytest.raises(NoLog):
        open_study()
    assert [state.ready for state in journey_types()] == [False]


def test_an_unknown_journey_type_is_told():
    built()
    with pytest.raises(UnknownJourneyType):
        open_study("return")


def test_a_pinned_version_keeps_its_figures_while_events_arrive():
    first = built().log_version
    record(event("order.placed", 1, order="o2"))
    second = build_now(journey_type="order", actor=None).log_version
    pinned, newest = open_study("order", first), open_study("order")
    assert [count(study, Filters(), Selection()).count for study in (pinned, newest)] == [1, 2]
    assert not pinned.is_newest
    assert pinned.newest == second


def test_a_version_that_is_gone_offers_the_newest():
    first = built().log_version
    second = build_now(journey_type="order", actor=None).log_version
    shutil.rmtree(bridge.log_folder("order") / first)
    with pytest.raises(LogVersionGone) as caught:
        open_study("order", first)
    assert caught.value.newest == second
    with pytest.raises(LogVersionGone):
        open_study("order", "never-was")


def test_a_damaged_log_says_to_build_it_again():
    version = built().log_version
    shutil.rmtree(bridge.log_folder("order") / version)
    with pytest.raises(LogDamaged):
        open_study("order")


def test_an_empty_selection_is_no_error():
    built()
    page = journey_map(open_study("order"), Filters(steps=("order.placed",), lacks=("order.placed",)))
    assert page.empty
    assert page.svg == ""


def test_a_store_sees_journeys_but_shapes_none():
    built()
    staff = Staff(email="s@example.com", name="S", role=Role.STORE)
    assert access.study_for(staff, "order").journey_type.slug == "order"
    with pytest.raises(Forbidden):
        access.require_design(staff)
    with pytest.raises(Forbidden):
        access.require_export(staff)


def test_who_left_sees_nothing():
    built()
    with pytest.raises(Forbidden):
        access.study_for(Staff(email="x@example.com", role=Role.ADMIN, is_active=False), "order")
