"""Every count that is shown equals the number of journeys behind its click, in every view, under every filter."""

from datetime import date

import pytest

from recorrido.journeys.queries import (
    Filters,
    FunnelQuestion,
    Selection,
    figures_of,
    flow_figures,
    funnel,
    journey_map,
    journeys_behind,
    open_study,
    regular_share,
    sentence_on,
    step_figures,
    variants,
    where_it_hurts,
)

pytestmark = pytest.mark.django_db

MAY = Filters(start=date(2026, 5, 1), end=date(2026, 5, 31))
FILTERS = [
    Filters(),
    MAY,
    Filters(channel="app"),
    Filters(segments=(("region", "RM"),), start=date(2026, 6, 1), end=date(2026, 7, 15)),
    Filters(path="regular"),
    Filters(path="exceptions"),
    Filters(steps=("placed",), lacks=("call",)),
    Filters(where="amount > 50 and has('shipped')"),
    Filters(start=date(2020, 1, 1), end=date(2020, 1, 31)),
]
VIEWS = {
    "map": journey_map,
    "regular": regular_share,
    "sentence": sentence_on,
    "hurts": where_it_hurts,
    "variants": variants,
    "funnel": lambda study, filters: funnel(study, filters, FunnelQuestion(("view", "placed", "delivered"))),
    "strict funnel": lambda study, filters: funnel(
        study, filters, FunnelQuestion(("placed", "shipped"), "2d", True)
    ),
    "step": lambda study, filters: step_figures(study, filters, "delivered"),
    "gate": lambda study, filters: step_figures(study, filters, "identity"),
    "flow": lambda study, filters: flow_figures(study, filters, "placed", "shipped"),
}


@pytest.mark.parametrize("kind", ["order", "weighted", "purchase"])
@pytest.mark.parametrize("filters", FILTERS, ids=lambda filters: filters.encode() or "all")
@pytest.mark.parametrize("view", VIEWS)
def test_a_figure_equals_the_rows_behind_its_click(shop, kind, filters, view):
    study = open_study(kind)
    found = list(figures_of(VIEWS[view](study, filters)))
    assert found
    for shown in found:
        link = Selection.decode(shown.figure.selection.encode())
        again = Filters.decode(shown.filters.encode())
        behind = journeys_behind(study, again, link, limit=1).total
        assert behind.count == shown.figure.count, (shown.label, link)
        assert behind.weighted == pytest.approx(shown.figure.weighted), (shown.label, link)


def test_every_view_shows_figures_that_are_not_zero(shop):
    study = open_study("order")
    for name, view in VIEWS.items():
        assert any(shown.figure.count for shown in figures_of(view(study, Filters()))), name


def test_the_previous_period_is_counted_under_its_own_filters(study):
    before = step_figures(study, MAY, "placed").before
    assert before.filters.start == date(2026, 4, 1)
    assert (
        before.journeys.count == journeys_behind(study, before.filters, before.journeys.selection).total.count
    )
