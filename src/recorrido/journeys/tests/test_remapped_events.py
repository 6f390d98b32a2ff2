"""Journeys are built from events as they are read today."""

from __future__ import annotations

import pytest

from recorrido.events.actions import apply_remapping, carry_out, count_events, undo_remapping
from recorrido.events.models import LedgerJob
from recorrido.journeys.actions import build_now
from recorrido.journeys.tests.blueprints import SMALL
from recorrido.journeys.tests.ledgers import build, event, record
from recorrido.journeys.tests.test_build_journeys import APPS, steps_by_journey

pytestmark = pytest.mark.django_db(transaction=True, available_apps=[*APPS, "procrastinate.contrib.django"])


@pytest.fixture(autouse=True)
def _own_folder(data_folder):
    pass


def remap(admin, pattern, steps):
    while count_events():
        pass
    remapping = apply_remapping(actor=admin, name="a", source=None, type_pattern=pattern, steps=steps)
    for job in LedgerJob.objects.filter(state=LedgerJob.QUEUED):
        carry_out(job=job)
    return remapping


def test_an_old_word_and_an_order_in_a_property_become_steps_of_the_order_and_stop_being_them(admin):
    record(event("order.placed", order="o1"), event("Money Back", 1, order_number="o1"))
    build(SMALL)
    before = steps_by_journey()
    made = remap(admin, "Money Back", "type refund.paid\nobject order from order_number")
    build_now(journey_type="order", actor=None)
    assert (before, steps_by_journey()) == ({"o1": ["order.placed"]}, {"o1": ["order.placed", "refund.paid"]})
    undo_remapping(actor=admin, remapping=made)
    for job in LedgerJob.objects.filter(state=LedgerJob.QUEUED):
        carry_out(job=job)
    build_now(journey_type="order", actor=None)
    assert steps_by_journey() == before
