"""Finding refused events among many: by index where there is one, a window at a time where texts must be read."""

from __future__ import annotations

import pytest

from recorrido.events import actions
from recorrido.events.models import Quarantine
from recorrido.events.queries import Matching, newest_refused, waiting_by_reason
from recorrido.events.queries.quarantine import next_waiting
from recorrido.events.tests.making import event, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused() -> list[int]:
    """Ids of twenty refused events, oldest first; every fifth has a note."""
    record(*(event(f"m{n}", channel="fax", properties={} if n % 5 else {"note": "Zebra"}) for n in range(20)))
    return list(Quarantine.objects.order_by("id").values_list("id", flat=True))


def pages(matching: Matching, **how) -> list[list[int]]:
    found, below = [], None
    while True:
        stretch = newest_refused(matching, below=below, window=4, **how)
        found.append([row.id for row in stretch.rows])
        if (below := stretch.reached) is None:
            return found


def test_words_are_found_through_all_windows(refused):
    assert pages(Matching(words="zebra"), limit=50) == [refused[15::-5]]


def test_pages_of_what_was_found_follow_each_other_without_a_gap(refused):
    found = pages(Matching(words="zebra"), limit=3)
    assert [one for page in found for one in page] == refused[15::-5] and len(found[0]) == 3
    assert [one for page in pages(Matching(), limit=7) for one in page] == refused[::-1]


def test_a_reader_without_patience_gets_a_window_and_looks_further_with_the_next_page(refused):
    found = pages(Matching(words="zebra"), limit=50, patience=0.0)
    assert len(found) == 6 and sorted(one for page in found for one in page) == refused[::5]


def test_what_is_nowhere_is_not_found_and_the_search_ends(refused):
    assert pages(Matching(words="giraffe"), limit=50) == [[]]
    assert pages(Matching(type_pattern="cart*"), limit=50) == [[]]


def test_the_counts_of_reasons_do_not_read_texts(refused, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [reason.events for reason in waiting_by_reason(Matching(words="giraffe"))] == [20]


def test_what_waits_is_walked_upwards_a_window_at_a_time(refused):
    found, after, steps = [], 0, 0
    while after is not None:
        stretch = next_waiting(Matching(words="zebra"), after=after, limit=9, window=4)
        found, after, steps = found + [row.id for row in stretch.rows], stretch.reached, steps + 1
    assert (found, steps) == (refused[::5], 6)


def test_a_job_does_all_that_match_and_wait_when_it_is_asked_for(admin):
    record(*(event(f"m{n}", channel="fax", properties={"note": "zebra"}) for n in range(600)))
    record(*(event(f"o{n}", channel="fax") for n in range(50)))
    job = actions.discard_matching(actor=admin, matching=Matching(words="Zebra"), why="a test of the shop")
    record(event("later", channel="fax", properties={"note": "zebra"}))
    assert (job.is_open, job.total) == (True, 650)
    done = actions.carry_out(job=job)
    assert (done.counts, done.handled, done.percent) == ({"discarded": 600}, 650, 100)
    assert Quarantine.objects.filter(discarded_at__isnull=True).count() == 51
