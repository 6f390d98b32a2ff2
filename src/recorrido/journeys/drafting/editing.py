"""A draft as a table: one row per touchpoint, read from the design and written back into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from recorrido.journeys.blueprint import Problem
from recorrido.journeys.drafting.text import Design, label_in, section, words_of
from recorrido.shared.plain import slug
from trayecto.blueprint.words import STAGE_PHASE, STAGES

WITHIN, WORKING_DAYS, WORKING_HOURS, PROPERTY = "within", "working_days", "working_hours", "property"
PROMISES = (WITHIN, WORKING_DAYS, WORKING_HOURS, PROPERTY)


@dataclass(frozen=True)
class Row:
    """One touchpoint as the table shows it; also what a form hands back. Texts as written, importance as 1 … 5."""

    key: str
    place: int
    es: str = ""
    en: str = ""
    event: str = ""
    stage: str = "service"
    owner: str = ""
    nature: str = "transaction"
    importance: str = "3"
    exceptional: bool = False
    goals: tuple[str, ...] = ()  # journey types whose goal it is
    gate: str = ""  # origin; "" = none
    mandatory: bool = False
    promise: str = ""  # one of PROMISES; "" = none
    promised: str = ""  # how long, or which property
    since: str = ""
    removed: bool = False

    @property
    def phase(self) -> str:
        return STAGE_PHASE.get(self.stage, "")

    @property
    def measured(self) -> bool:
        return bool(self.event)


def rows_of(design: Design) -> list[Row]:
    """The touchpoints in the order of the file."""
    goals = {name: words_of((kind or {}).get("goal")) for name, kind in section(design, "journeys").items()}
    return [
        _row(str(key), number, fields if isinstance(fields, dict) else {}, goals)
        for number, (key, fields) in enumerate(section(design, "touchpoints").items(), 1)
    ]


def _row(key: str, place: int, fields: Design, goals: Mapping[str, Sequence[str]]) -> Row:
    gate = fields.get("gate")
    gate = gate if isinstance(gate, dict) else {}
    promise, promised, since = _promise_of(fields)
    return Row(
        key=key,
        place=place,
        es=label_in(fields.get("label"), "es", key),
        en=label_in(fields.get("label"), "en", key),
        event=str(fields.get("event") or ""),
        stage=str(fields.get("stage") or ""),
        owner=str(fields.get("owner") or ""),
        nature=str(fields.get("nature") or "transaction"),
        importance=_importance_of(fields.get("importance")),
        exceptional=bool(fields.get("exceptional")),
        goals=tuple(name for name, steps in goals.items() if key in steps),
        gate=str(gate.get("origin") or ""),
        mandatory=bool(gate.get("mandatory")),
        promise=promise,
        promised=promised,
        since=since,
    )


def _importance_of(value: Any) -> str:
    if isinstance(value, float) and 0 <= value <= 1:
        return str(max(1, round(value * 5)))
    return "3" if value is None else str(value)


def _promise_of(fields: Design) -> tuple[str, str, str]:
    promise = fields.get("promise")
    if not isinstance(promise, dict):
        return "", "", ""
    kind = next((name for name in PROMISES if name in promise), "")
    return kind, str(promise.get(kind, "")), str(promise.get("since") or "")


def with_rows(design: Design, rows: Iterable[Row]) -> Design:
    """The design with its touchpoints as the rows say, in their order; what a row does not show stays."""
    design = deepcopy(design)
    old = section(design, "touchpoints")
    kept = sorted((row for row in rows if not row.removed), key=lambda row: row.place)
    design["touchpoints"] = {row.key: _fields(row, old.get(row.key)) for row in kept}
    _write_goals(design, kept)
    _forget(design, [str(key) for key in old if key not in design["touchpoints"]])
    return design


def _fields(row: Row, old: Any) -> Design:
    fields: Design = dict(old) if isinstance(old, dict) else {}
    fields["label"] = {"es": row.es.strip() or row.key, "en": row.en.strip() or row.es.strip() or row.key}
    fields |= {"stage": row.stage, "owner": row.owner}
    _set(fields, "nature", row.nature if "nature" in fields or row.nature != "transaction" else None)
    fields.pop("phase", None)  # the stage says it
    if row.importance != _importance_of(fields.get("importance")):
        fields["importance"] = int(row.importance) if row.importance.isdecimal() else row.importance
    _set(fields, "exceptional", True if row.exceptional else None)
    _set(fields, "gate", {"mandatory": row.mandatory, "origin": row.gate} if row.gate else None)
    _set(fields, "promise", _promise(row, fields.get("promise")))
    return fields


def _set(fields: Design, name: str, value: Any) -> None:
    if value is None:
        fields.pop(name, None)
    else:
        fields[name] = value


def _promise(row: Row, old: Any) -> Design | None:
    if not row.promise:
        return None
    kept = {"calendar": old["calendar"]} if isinstance(old, dict) and "calendar" in old else {}
    value: Any = row.promised.strip()
    if row.promise in (WORKING_DAYS, WORKING_HOURS):
        value = _number(value)
    return {row.promise: value} | ({"since": row.since} if row.since else {}) | kept


def _number(text: str) -> Any:
    """A number where it is one; else the text, which the reading of the blueprint then objects to."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _write_goals(design: Design, rows: Sequence[Row]) -> None:
    for name, kind in section(design, "journeys").items():
        if isinstance(kind, dict):
            wanted = [row.key for row in rows if name in row.goals]
            kept = [step for step in words_of(kind.get("goal")) if step in wanted]
            kind["goal"] = [*kept, *(step for step in wanted if step not in kept)]


def _forget(design: Design, gone: Sequence[str]) -> None:
    """Names of removed touchpoints leave the lists they stand in."""
    if not gone:
        return
    for kind in section(design, "journeys").values():
        if not isinstance(kind, dict):
            continue
        for name in ("usual", "without"):
            if name in kind:
                _set(kind, name, [step for step in words_of(kind[name]) if step not in gone] or None)
        for facts in (kind.get("attributes") or {}).values():
            for name in {"of", "count"} & facts.keys():
                _set(facts, name, [step for step in words_of(facts[name]) if step not in gone] or None)
    for fields in section(design, "touchpoints").values():
        if isinstance(fields.get("promise"), dict) and fields["promise"].get("since") in gone:
            del fields["promise"]["since"]


def with_department(design: Design, name: str) -> tuple[Design, str]:
    """The design with one more department, and its key; a department of this key stays as it is."""
    design = deepcopy(design)
    key = slug(name) or "department"
    section(design, "departments").setdefault(key, {"label": name.strip()})
    return design, key


def with_unmeasured(design: Design, *, label: str, stage: str, owner: str) -> Design:
    """The design with one more touchpoint that no event tells of: drawn, and marked so."""
    design = deepcopy(design)
    touchpoints = section(design, "touchpoints")
    number, key = 1, slug(label) or "touchpoint"
    plain = key
    while key in touchpoints:
        number += 1
        key = f"{plain}_{number}"
    touchpoints[key] = {"label": label.strip(), "stage": stage, "owner": owner, "nature": "advice"}
    return design


def with_journeys(design: Design, labels: Mapping[str, tuple[str, str]]) -> Design:
    """The design with its journey types named anew: slug → (es, en)."""
    design = deepcopy(design)
    for name, (es, en) in labels.items():
        kind = section(design, "journeys").get(name)
        if isinstance(kind, dict) and es.strip():
            kind["label"] = {"es": es.strip(), "en": en.strip() or es.strip()}
    return design


def problems_of(
    design: Design, problems: Iterable[Problem]
) -> tuple[dict[str, list[Problem]], list[Problem]]:
    """(by touchpoint, the others): a problem stands at the row whose place in the file its path names."""
    keys = sorted((str(key) for key in section(design, "touchpoints")), key=len, reverse=True)
    by_row: dict[str, list[Problem]] = {}
    others: list[Problem] = []
    for problem in problems:
        rest = problem.path.removeprefix("touchpoints.")
        key = next((key for key in keys if rest == key or rest.startswith(f"{key}.")), None)
        if rest == problem.path or key is None:
            others.append(problem)
        else:
            by_row.setdefault(key, []).append(problem)
    return by_row, others


def stages() -> list[tuple[str, str]]:
    """(stage, phase) in their order."""
    return [(stage, STAGE_PHASE[stage]) for stage in STAGES]
