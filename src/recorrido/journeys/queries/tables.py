"""The lists of the pages as CSV rows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from recorrido.journeys.queries.cohorts import Cohorts
from recorrido.journeys.queries.comparisons import Apart, ComparedRow, Comparison
from recorrido.journeys.queries.funnels import Funnel
from recorrido.journeys.queries.hurts import Hurt, WhereItHurts
from recorrido.journeys.queries.maps import JourneyMap
from recorrido.journeys.queries.paths import Paths
from recorrido.journeys.queries.sheets import csv_text
from recorrido.journeys.queries.variants import Variants


def map_as_csv(page: JourneyMap) -> str:
    """One row per flow of the map."""
    header = [
        _("from"),
        pgettext("step", "to"),
        _("journeys"),
        _("weighted journeys"),
        _("times"),
        *_seconds(),
    ]
    rows = [
        [
            f.source_label,
            f.target_label,
            f.journeys.count,
            f.journeys.weighted,
            f.events,
            f.mean,
            f.median,
            f.p90,
        ]
        for f in page.flows
    ]
    return csv_text([header, *rows])


def _seconds() -> list[str]:
    return [_("mean seconds"), _("median seconds"), _("p90 seconds")]


def hurts_as_csv(page: WhereItHurts) -> str:
    """One row per step, the most painful first."""
    header = [
        _("step"), _("owner"), _("score"), _("previous score"), _("importance"), _("journeys"), _("lost"), _("late"),
        _("order value at stake"), _("longest wait before"), _("its owner"), _("score of those hurt"), _("score of others"),
    ]  # fmt: skip
    return csv_text([header, *(_hurt_cells(hurt) for hurt in page.steps)])


def _hurt_cells(hurt: Hurt) -> list[Any]:
    before, told = hurt.longest_wait_before, hurt.satisfaction
    counts = [hurt.reached.count, hurt.lost.count, hurt.late.count]
    earlier = [before.label, before.owner] if before else ["", ""]
    scores = [told.hurt, told.others] if told else ["", ""]
    scored = [hurt.score, hurt.previous_score, hurt.importance]
    return [hurt.label, hurt.owner, *scored, *counts, hurt.value_at_stake, *earlier, *scores]


def variants_as_csv(page: Variants) -> str:
    """One row per listed variant; the steps joined by arrows."""
    header = [
        _("place"),
        _("journeys"),
        _("weighted journeys"),
        _("share"),
        _("median seconds"),
        _("regular"),
        _("steps"),
    ]
    rows = [
        [
            v.place,
            v.journeys.count,
            v.journeys.weighted,
            v.share,
            v.median_seconds,
            v.regular,
            " → ".join(v.labels),
        ]
        for v in page.variants
    ]
    return csv_text([header, *rows])


def funnel_as_csv(page: Funnel) -> str:
    """One row per level."""
    header = [
        _("step"),
        _("journeys"),
        _("weighted journeys"),
        _("share of the first"),
        _("share of the previous"),
    ]
    rows = [
        [
            level.label,
            level.journeys.count,
            level.journeys.weighted,
            level.share_of_first,
            level.share_of_previous,
        ]
        for level in page.levels
    ]
    return csv_text([header, *rows])


def paths_as_csv(page: Paths) -> str:
    """One row per band; the middle is level 0."""
    header = [
        _("level"),
        _("from"),
        pgettext("step", "to"),
        _("journeys"),
        _("weighted journeys"),
        _("share"),
    ]
    rows = [
        [one.level, one.source, one.target, one.journeys.count, one.journeys.weighted, one.share]
        for one in page.bands
    ]
    return csv_text([header, *rows])


def cohorts_as_csv(page: Cohorts) -> str:
    """One row per cohort and period; no share where the period had not ended."""
    header = [
        _("cohort"), _("persons"), _("periods since"), _("persons who order"), _("share"), _("lower end"),
        _("upper end"), _("share that ordered again"), _("orders"), _("value"),
    ]  # fmt: skip
    rows = [
        [
            one.start.isoformat(),
            one.persons,
            c.period,
            c.persons,
            c.share,
            c.low,
            c.high,
            c.again,
            c.orders,
            c.value,
        ]
        for one in page.cohorts
        for c in one.cells
    ]
    return csv_text([header, *rows])


def comparison_as_csv(page: Comparison) -> str:
    """One row per step, flow and listed variant."""
    header = [
        _("what"), _("name"), _("journeys in A"), _("journeys in B"), _("share in A"), _("share in B"),
        _("difference"), _("lower end"), _("upper end"), "p", "q", _("median seconds in A"), _("median seconds in B"),
        _("difference in seconds"), _("lower end"), _("upper end"), "p", "q",
    ]  # fmt: skip
    kinds = ((_("step"), page.steps), (_("flow"), page.flows), (_("variant"), page.variants))
    return csv_text([header, *(_compared_cells(kind, row) for kind, rows in kinds for row in rows)])


def _compared_cells(kind: str, row: ComparedRow) -> list[Any]:
    counts = [kind, row.label, row.a.count, row.b.count, row.share_a, row.share_b]
    return [*counts, *_apart_cells(row.share), row.median_a, row.median_b, *_apart_cells(row.seconds)]


def _apart_cells(found: Apart | None) -> list[Any]:
    return [""] * 5 if found is None else [found.expected, found.low, found.high, found.p, found.q]
