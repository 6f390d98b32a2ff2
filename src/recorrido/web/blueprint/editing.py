"""What the form of a draft says, written into the design."""

from __future__ import annotations

from dataclasses import replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from recorrido.journeys.blueprint import GATE_ORIGINS, NATURES, STAGES
from recorrido.journeys.drafting.editing import (
    PROMISES,
    Row,
    rows_of,
    with_department,
    with_journeys,
    with_rows,
    with_unmeasured,
)
from recorrido.journeys.drafting.text import Design, section

LONGEST = 120


def edited(said: QueryDict, design: Design) -> tuple[Design, dict[str, str]]:
    """The design as the form says, and what could not be done (field → sentence)."""
    known = tuple(section(design, "journeys"))
    rows = [_row(said, number, row, known) for number, row in enumerate(rows_of(design))]
    design = with_journeys(with_rows(design, rows), _journeys(said, known))
    for field in ("title", "time_zone", "currency", "country"):
        if (value := said.get(field, "").strip()[:LONGEST]) or field == "title":
            _write(design, field, value)
    return _added(said, design)


def _write(design: Design, field: str, value: str) -> None:
    """A title in two languages that was not touched stays so."""
    old = design.get(field)
    shown = old.get("es") or old.get("en") if isinstance(old, dict) else old
    if value and value != shown:
        design[field] = value


def _row(said: QueryDict, number: int, row: Row, journeys: tuple[str, ...]) -> Row:
    name = f"row.{number}."
    if said.get(f"{name}key") != row.key:
        return row  # not on this form: added by another window meanwhile
    promise = said.get(f"{name}promise", "")
    return replace(
        row,
        place=_number(said.get(f"{name}place", ""), row.place),
        es=said.get(f"{name}es", row.es)[:LONGEST],
        en=said.get(f"{name}en", row.en)[:LONGEST],
        stage=_known(said.get(f"{name}stage"), STAGES, row.stage),
        owner=said.get(f"{name}owner", row.owner)[:LONGEST],
        nature=_known(said.get(f"{name}nature"), NATURES, row.nature),
        importance=said.get(f"{name}importance", row.importance)[:4],
        exceptional=f"{name}exceptional" in said,
        goals=tuple(slug for slug in journeys if f"{name}goal.{slug}" in said),
        gate=_known(said.get(f"{name}gate"), ("", *GATE_ORIGINS), row.gate),
        mandatory=f"{name}mandatory" in said,
        promise=promise if promise in PROMISES else "",
        promised=said.get(f"{name}promised", row.promised)[:LONGEST],
        since=said.get(f"{name}since", row.since)[:LONGEST],
        removed=f"{name}removed" in said,
    )


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 7 else otherwise


def _known(word: str | None, known: object, otherwise: str) -> str:
    return word if word is not None and word in known else otherwise  # type: ignore[operator]


def _journeys(said: QueryDict, known: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    fields = [(slug, f"journey.{slug}.es", f"journey.{slug}.en") for slug in known]
    return {
        slug: (said.get(es, "")[:LONGEST], said.get(en, "")[:LONGEST])
        for slug, es, en in fields
        if es in said
    }


def _added(said: QueryDict, design: Design) -> tuple[Design, dict[str, str]]:
    """A new department or touchpoint, where its button was pressed or its name was left in the field."""
    notes: dict[str, str] = {}
    if name := said.get("department", "").strip()[:LONGEST]:
        design, _key = with_department(design, name)
    elif said.get("do") == "department":
        notes["department"] = _("Write the name of the department.")
    label = said.get("touchpoint", "").strip()[:LONGEST]
    owner = said.get("touchpoint.owner", "")
    if label and owner in section(design, "departments"):
        stage = _known(said.get("touchpoint.stage"), STAGES, "service")
        design = with_unmeasured(design, label=label, stage=stage, owner=owner)
    elif label or said.get("do") == "touchpoint":
        notes["touchpoint"] = _("Write its name and choose its department.")
    return design, notes
