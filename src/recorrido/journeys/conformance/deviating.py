"""The stored result of deviations, in the reader's words, with the selections that its figures count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recorrido.journeys.conformance.pictures import path_picture
from recorrido.journeys.queries.figures import Figure
from recorrido.journeys.queries.selections import Selection, in_link
from recorrido.journeys.queries.study import Study
from trayecto import draw
from trayecto.questions.alignments import AlignedVariant, Move

KIND = "deviations"
FEW = 30
DRAWN = 12

Told = Mapping[str, Any]


@dataclass(frozen=True)
class Compared:
    """An outcome of deviating journeys beside conforming ones; ``sure``: the interval leaves out no difference at all."""

    compared: int
    deviating: float
    conforming: float
    low: float
    expected: float
    high: float

    @property
    def sure(self) -> bool:
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Row:
    """One deviation. ``days``: extra time to the goal; None: no comparable journeys."""

    kind: str
    says: str
    step: str
    label: str
    owner: str
    department: str
    journeys: Figure
    share: Told
    days: Compared | None
    goal: Compared | None
    contacts: Compared | None
    score: Compared | None

    @property
    def few(self) -> bool:
        return self.journeys.count < FEW


@dataclass(frozen=True)
class Total:
    """Journeys with at least one deviation of a kind or a department."""

    name: str
    label: str
    journeys: int
    share: Told


@dataclass(frozen=True)
class Sheet:
    """What the page shows of a stored result. ``unseen``: journeys that began before the log, within ``unseen_days`` of its
    beginning. ``path``: a picture of the design with the share that skips each step."""

    fitness: float
    judged: Figure
    conforming: Figure
    conforming_share: Told
    open: int
    unseen: Figure
    unseen_days: float
    bins: tuple[Told, ...]
    rows: tuple[Row, ...]
    kinds: tuple[Total, ...]
    departments: tuple[Total, ...]
    path: str
    variants: str


def kind_labels() -> dict[str, str]:
    return {
        "skipped": _("skipped"),
        "inserted": _("inserted"),
        "out of order": _("out of order"),
        "late": _("too late"),
        "forbidden": _("forbidden"),
    }


def sheet_of(study: Study, result: Told, list_link: str = "", step_link: str = "") -> Sheet:
    """``list_link``: the address of the journeys behind ``{selection}``; ``step_link``: that of a ``{step}``."""
    return Sheet(
        fitness=result["fitness"],
        judged=Figure(result["journeys"], Selection("judged")),
        conforming=Figure(result["conforming"], Selection("conforming")),
        conforming_share=result["conforming_share"],
        open=result["open"],
        unseen=Figure(result.get("began_before", 0), Selection("unseen")),  # older results know none
        unseen_days=result.get("began_within_days", 0.0),
        bins=tuple(result["fitness_of_journeys"]),
        rows=tuple(_row(study, told) for told in result["deviations"]),
        kinds=tuple(_total(told, "kind", kind_labels()) for told in result["by_kind"]),
        departments=tuple(
            _total(told, "department", _departments(study)) for told in result["by_department"]
        ),
        path=_path(study, result, step_link),
        variants=_variants(study, result["variants"][:DRAWN], list_link),
    )


def _total(told: Told, field: str, labels: Mapping[str, str]) -> Total:
    name = told[field] or ""
    return Total(name, labels.get(name, name) or _("nobody"), told["journeys"], told["share"])


def _departments(study: Study) -> dict[str, str]:
    language = get_language() or "es"
    return {slug: one.label.text(language) for slug, one in study.blueprint.departments.items()}


def _row(study: Study, told: Told) -> Row:
    rule, other = told["rule"] or "", told["other"] or ""
    selection = Selection("deviates", (told["kind"], told["step"], rule, other))
    outcomes = told["outcomes"]
    return Row(
        kind=told["kind"],
        says=said(study, told["kind"], rule, other),
        step=told["step"],
        label=study.label(told["step"]),
        owner=study.owner_label(told["step"]),
        department=told["department"] or "",
        journeys=Figure(told["journeys"], selection),
        share=told["share"],
        days=_compared(told["delay_days"]),
        **{name: _compared(outcomes.get(name)) for name in ("goal", "contacts", "score")},
    )


def said(study: Study, kind: str, rule: str, other: str) -> str:
    """What is wrong, in a few words: ``before “Inspection”``."""
    name = study.label(other) if other else ""
    told = {
        "promise": _("after its promise, counted from “%(step)s”") if other else _("after its promise"),
        "within": _("later after “%(step)s” than the rule allows"),
        "needs": _("without “%(step)s” before it"),
        "never_before": _("before “%(step)s”"),
        "never_after": _("after “%(step)s”"),
    }
    return told[rule] % {"step": name} if rule in told else kind_labels()[kind]


def _compared(told: Told | None) -> Compared | None:
    if told is None:
        return None
    return Compared(told["compared"], told["deviating"], told["conforming"], **told["difference"])


# --- pictures -----------------------------------------------------------------------------------------------------


def _path(study: Study, result: Told, link: str) -> str:
    path = study.journey_type.path
    return "" if path is None else path_picture(study.blueprint, path, _skipped(result), link, study.steps)


def _skipped(result: Told) -> dict[str, float]:
    found = (one for one in result["deviations"] if one["kind"] in ("skipped", "out of order"))
    shares: dict[str, float] = {}
    for one in found:
        shares[one["step"]] = shares.get(one["step"], 0.0) + one["share"]["expected"]
    return shares


def _variants(study: Study, told: Sequence[Told], link: str) -> str:
    if not told:
        return ""
    places = [one["place"] for one in told]
    picture = draw.alignments(
        [_aligned(one) for one in told],
        labels={one.key: study.label(one.key) for one in study.blueprint.touchpoints},
        href=(lambda place: in_link(link, Selection("aligned", (str(places[place]),)))) if link else None,
        lang=get_language() or "es",
        standalone=False,
    )
    return str(picture.text)


def _aligned(told: Told) -> AlignedVariant:
    moves = tuple(Move(move["kind"], move["step"]) for move in told["moves"])
    return AlignedVariant(tuple(told["steps"]), told["journeys"], told["cost"], told["fitness"], moves)
