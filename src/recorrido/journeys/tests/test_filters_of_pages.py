"""Filters and selections: what the URL says and what it selects."""

from datetime import date

import pytest

from recorrido.journeys.errors import BadSelection
from recorrido.journeys.queries import Filters, FunnelQuestion, Selection, count, filter_choices
from recorrido.journeys.queries.choices import last_full_month

FULL = Filters(
    start=date(2026, 5, 1),
    end=date(2026, 5, 31),
    channel="web",
    segments=(("region", "O'Higgins & más"),),
    steps=("placed", "shipped"),
    lacks=("call",),
    path="regular",
    where="amount > 5 and region = 'RM'",
)


def test_filters_survive_the_url():
    assert Filters.decode(FULL.encode()) == FULL
    assert Filters.decode("?" + FULL.encode() + "&log=x&sel=step%3Aplaced") == FULL
    assert Filters().encode() == ""


@pytest.mark.parametrize("kind", ["all", "reached", "regular"])
def test_selections_survive_the_url(kind):
    assert Selection.decode(Selection(kind).encode()) == Selection(kind)


def test_arguments_of_selections_may_hold_any_character():
    odd = Selection("flow", ("a,b", "ñ:c/d"))
    assert Selection.decode(odd.encode()) == odd


def test_a_funnel_survives_the_url():
    question = FunnelQuestion(("view", "placed"), "7d", True)
    assert FunnelQuestion.decode(question.encode()) == question


@pytest.mark.parametrize(
    ("query", "told"),
    [("from=soon", "soon"), ("path=odd", "regular"), ("from=2026-05-02&to=2026-05-01", "period|período")],
)
def test_a_url_that_cannot_be_read_says_what_is_wrong(query, told):
    with pytest.raises(BadSelection, match=told):
        Filters.decode(query)


@pytest.mark.parametrize(
    "text", ["nothing", "step", "all:placed", "flow:placed", "funnel:9,,,placed", "variant:x"]
)
def test_a_selection_that_cannot_be_read_is_refused(study, text):
    with pytest.raises(BadSelection):
        count(study, Filters(), Selection.decode(text))


@pytest.mark.parametrize(
    ("start", "end", "before"),
    [
        (date(2026, 5, 1), date(2026, 5, 31), (date(2026, 4, 1), date(2026, 4, 30))),
        (date(2026, 3, 1), date(2026, 3, 31), (date(2026, 2, 1), date(2026, 2, 28))),
        (date(2026, 1, 1), date(2026, 3, 31), (date(2025, 10, 1), date(2025, 12, 31))),
        (date(2026, 5, 4), date(2026, 5, 10), (date(2026, 4, 27), date(2026, 5, 3))),
    ],
)
def test_the_previous_period_is_as_long_and_ends_the_day_before(start, end, before):
    previous = Filters(start=start, end=end, channel="web").previous
    assert (previous.start, previous.end, previous.channel) == (*before, "web")


@pytest.mark.parametrize("period", [(date(595, 10, 23), date(2026, 8, 10)), (date(1, 1, 1), date(1, 12, 31))])
def test_a_period_before_which_the_calendar_has_no_equal_one_has_no_previous(period):
    start, end = period
    assert Filters(start=start, end=end).previous is None


@pytest.mark.parametrize(
    ("today", "start"), [(date(2026, 10, 31), date(2026, 10, 1)), (date(2026, 10, 30), date(2026, 9, 1))]
)
def test_the_last_full_month_ended_today_or_before(today, start):
    assert last_full_month(today)[0] == start


@pytest.mark.django_db
def test_days_are_those_of_the_blueprints_time_zone(study):
    rows = study.log.journeys().to_pylist()
    day = date(2026, 4, 10)
    zone = study.as_of.tzinfo
    wanted = sum(row["started"].astimezone(zone).date() == day for row in rows)
    assert count(study, Filters(start=day, end=day), Selection()).count == wanted > 0


@pytest.mark.django_db
def test_regular_and_the_rest_add_up(study):
    whole, regular = (count(study, Filters(), Selection(kind)).count for kind in ("reached", "regular"))
    off = count(study, Filters(steps=("delivered",), path="exceptions"), Selection()).count
    assert regular + off == whole


@pytest.mark.django_db
def test_reached_open_and_lost_add_up(study):
    states = [count(study, Filters(), Selection(kind)).count for kind in ("reached", "open", "lost")]
    assert sum(states) == study.log.journey_count
    assert min(states) > 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("filters", "told"),
    [
        (Filters(steps=("deliverd",)), "delivered"),
        (Filters(segments=(("size", "1"),)), "size"),
        (Filters(where="amout > 3"), "amount"),
        (Filters(where="has("), "has"),
    ],
)
def test_a_filter_that_names_nothing_known_says_so(study, filters, told):
    with pytest.raises(BadSelection, match=told):
        count(study, filters, Selection())


@pytest.mark.django_db
def test_the_filter_bar_offers_what_the_log_has(study):
    choices = filter_choices(study)
    assert [choice.value for choice in choices.channels] == ["app", "phone", "web"]
    assert [choice.value for choice in choices.segments[0].values] == ["RM", "VS", "X"]
    assert [choice.value for choice in choices.steps] == [
        "view", "identity", "placed", "shipped", "delivered", "call", "survey",
    ]  # fmt: skip


@pytest.mark.django_db
def test_every_offered_segment_value_selects_journeys(study):
    for segment in filter_choices(study).segments:
        for value in segment.values:
            assert count(study, Filters(segments=((segment.name, value.value),)), Selection()).count
