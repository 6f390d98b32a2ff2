"""From a blueprint file to a ``Blueprint``, or to every problem it has."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from trayecto.blueprint.checks import check_references
from trayecto.blueprint.demand import read_demand
from trayecto.blueprint.design import Blueprint, Column, Department, Label, Touchpoint
from trayecto.blueprint.errors import BlueprintInvalid, Problem
from trayecto.blueprint.fields import Fields, suggestion
from trayecto.blueprint.hours import parse_hours
from trayecto.blueprint.journey_types import read_journey_types
from trayecto.blueprint.saying import gettext as _
from trayecto.blueprint.source import Document
from trayecto.blueprint.touchpoints import read_touchpoints
from trayecto.blueprint.words import DEFAULT_COLUMNS, STAGE_PHASE, STAGES


def load_blueprint(path: FilePath) -> Blueprint:
    """The blueprint in a file. Raises BlueprintInvalid."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = _("this file cannot be read as text: %(problem)s") % {"problem": error}
        raise BlueprintInvalid(path.name, (Problem("", 0, message),)) from error
    return read_blueprint(text, path.name)


def read_blueprint(text: str, file: str = "blueprint.yaml") -> Blueprint:
    """The blueprint written in ``text``; raises BlueprintInvalid with all its problems, each with line and place."""
    document = Document(text, file)
    root = Fields(document, (), document.value)
    blueprint = _blueprint(root, text)
    root.close()
    check_references(document, blueprint)
    document.raise_problems()
    return blueprint


def _blueprint(root: Fields, text: str) -> Blueprint:
    country = root.text("country")
    departments = _departments(root, country)
    stages = _stages(root)
    columns = _columns(root)
    touchpoints = read_touchpoints(root, departments, columns)
    measured = tuple(t.key for t in touchpoints if t.measured)
    drawn = tuple(t.key for t in touchpoints if not t.measured)
    journeys = read_journey_types(root, measured, drawn)
    return Blueprint(
        name=root.required("blueprint"),
        title=root.label("title", root.text("blueprint") or ""),
        time_zone=_time_zone(root),
        country=country,
        currency=root.text("currency", "") or "",
        target=_target(root),
        departments=departments,
        stages=stages,
        columns=columns,
        touchpoints=_in_position_order(touchpoints),
        journeys=journeys,
        default_journey=_default_journey(root, tuple(journeys)),
        demand=read_demand(root, [one for one in touchpoints if one.measured]),
        source=text,
    )


def _in_position_order(touchpoints: list[Touchpoint]) -> tuple[Touchpoint, ...]:
    return tuple(sorted(touchpoints, key=lambda touchpoint: touchpoint.position))


def _time_zone(root: Fields) -> str:
    name = root.text("time_zone", "UTC") or "UTC"
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        mend = suggestion(name, available_timezones())
        root.note("time_zone", _("there is no time zone “%(name)s”%(mend)s") % {"name": name, "mend": mend})
        return "UTC"
    return name


def _target(root: Fields) -> float:
    target = root.number("target")
    if target is not None and target > 1:
        root.note("target", _("write the wished share of regular journeys from 0 to 1, such as 0.8"))
    return 0.8 if target is None else target


def _default_journey(root: Fields, slugs: tuple[str, ...]) -> str:
    first = slugs[0] if slugs else ""
    return root.choice("default_journey", slugs, first) if slugs else first


def _departments(root: Fields, country: str | None) -> dict[str, Department]:
    found: dict[str, Department] = {}
    for slug, fields in root.sections("departments"):
        label = fields.label("label", slug)
        own_country = fields.text("country", country)
        _check_country(fields, own_country)
        found[slug] = Department(slug, label, own_country, parse_hours(fields))
        fields.close()
    if not found:
        root.note("departments", _("name at least one department that owns touchpoints"))
    return found


def _check_country(fields: Fields, country: str | None) -> None:
    if country is None:
        return
    import holidays  # heavy to import, needed only when a blueprint is read

    known = holidays.list_supported_countries()
    if country not in known:
        message = _("there are no holidays for the country “%(word)s”%(mend)s")
        fields.note("country", message % {"word": country, "mend": suggestion(country, known)})


def _stages(root: Fields) -> dict[str, Label]:
    section = root.section("stages")
    labels = {}
    for key, default in STAGES.items():
        named = section.label(key, "")
        labels[key] = named if named.es else Label(default["es"], default["en"])
    section.close()
    return labels


def _columns(root: Fields) -> tuple[Column, ...]:
    value: Any = root.raw("columns")
    groups = DEFAULT_COLUMNS if value is None else _column_groups(root, value)
    return tuple(Column(STAGE_PHASE[group[0]], tuple(group)) for group in groups if group)


def _column_groups(root: Fields, value: Any) -> list[tuple[str, ...]]:
    if not isinstance(value, list) or not all(isinstance(item, list) for item in value):
        root.note("columns", _("write a list of lists of stages, such as [[awareness], [checkout, payment]]"))
        return []
    groups = []
    for number, item in enumerate(value, 1):
        group = tuple(str(stage) for stage in item)
        for stage in group:
            root.check_word(f"columns.{number}", stage, STAGES)
        groups.append(tuple(stage for stage in group if stage in STAGES))
    _check_columns(root, groups)
    return groups


def _check_columns(root: Fields, groups: list[tuple[str, ...]]) -> None:
    for group in groups:
        if len({STAGE_PHASE[stage] for stage in group}) > 1:
            root.note(
                "columns",
                _("a column shows stages of one phase only: %(stages)s") % {"stages": ", ".join(group)},
            )
    named = [stage for group in groups for stage in group]
    missing = [stage for stage in STAGES if stage not in named]
    if missing:
        root.note("columns", _("these stages have no column: %(stages)s") % {"stages": ", ".join(missing)})
