"""What is watched: by the blueprint, and by what staff decided instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from recorrido.journeys.blueprint import Blueprint, Touchpoint
from recorrido.journeys.watch.detection import Kind, Limits
from recorrido.journeys.watch.judging import Subject
from recorrido.journeys.watch.models import Sensitivity, WatchSetting

OWN_SOURCE = "recorrido"  # our own events about incidents and the like are nobody's rhythm
MORE_EVIDENCE = {Sensitivity.CALM: 4.0, Sensitivity.NORMAL: 0.0, Sensitivity.KEEN: -1.5}


@dataclass(frozen=True)
class Named:
    """A subject with what people need: its name in both languages and its owner department."""

    subject: Subject
    label_es: str
    label_en: str
    owner: str


def watched(blueprint: Blueprint, sources: Mapping[str, str], chosen: Iterable[WatchSetting]) -> list[Named]:
    """Everything watched now. ``sources``: each source with the touchpoint it tells of most ("" = none)."""
    settings = {setting.subject: setting for setting in chosen}
    found = [*possible(blueprint, sources)]
    named = (_with_setting(one, settings.get(one.subject.key)) for one in found)
    return [one for one in named if one is not None]


def possible(blueprint: Blueprint, sources: Mapping[str, str]) -> list[Named]:
    """What the blueprint says is watched, and every source."""
    touchpoints = [
        Named(subject, t.label.es, t.label.en, t.owner)
        for t in blueprint.measured
        if (subject := _of_touchpoint(t)) is not None
    ]
    return touchpoints + [
        Named(Subject(Kind.SILENCE, source=name), name, name, _owner(blueprint, most))
        for name, most in sorted(sources.items())
        if name != OWN_SOURCE
    ]


def _of_touchpoint(touchpoint: Touchpoint) -> Subject | None:
    written = touchpoint.watch
    if touchpoint.date_only or (written is None and not _is_trouble(touchpoint)):
        return None
    if written is None:
        return Subject(Kind.SURGE, touchpoint.key)
    if written.kind == "off":
        return None
    limits = Limits() if written.at_least is None else Limits(least=written.at_least)
    return Subject(Kind(written.kind), touchpoint.key, of=written.of or "", limits=limits)


def _is_trouble(touchpoint: Touchpoint) -> bool:
    """Support contacts, and what leaves the regular path before and in the purchase; not steps of the back office."""
    if touchpoint.nature == "internal":
        return False
    return touchpoint.nature == "support" or (touchpoint.exceptional and touchpoint.phase != "postsale")


def _owner(blueprint: Blueprint, touchpoint: str) -> str:
    known = blueprint.by_key.get(touchpoint)
    return known.owner if known else ""


def _with_setting(named: Named, setting: WatchSetting | None) -> Named | None:
    if setting is None:
        return named
    if not setting.watched:
        return None
    limits = named.subject.limits
    evidence = limits.evidence + MORE_EVIDENCE[Sensitivity(setting.sensitivity)]
    least = setting.at_least if setting.at_least is not None else limits.least
    changed = replace(limits, evidence=evidence, least=least)
    return replace(named, subject=replace(named.subject, limits=changed))


def quiet_touchpoints(blueprint: Blueprint, named: Iterable[Named]) -> frozenset[str]:
    """Touchpoints whose own number says nothing about the traffic: those watched for a surge, and internal steps."""
    surges = {one.subject.touchpoint for one in named if one.subject.kind == Kind.SURGE}
    internal = {touchpoint.key for touchpoint in blueprint.measured if touchpoint.nature == "internal"}
    return frozenset(surges | internal)
