"""Designed paths as pictures, and rules as sentences."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from recorrido.journeys.blueprint import Blueprint, JourneyType
from trayecto import draw
from trayecto.conformance.blocks import Block
from trayecto.conformance.rules import Forbids, Needs, Rule
from trayecto.units import DAY, HOUR, MINUTE, parse_duration


@dataclass(frozen=True)
class DesignedPath:
    """A path of a journey type: the regular one (``name`` "") or an exception, with its picture."""

    name: str
    label: str
    svg: str


@dataclass(frozen=True)
class Designed:
    """What the design says of one journey type."""

    slug: str
    label: str
    paths: tuple[DesignedPath, ...]
    rules: tuple[str, ...]


def designed(blueprint: Blueprint) -> tuple[Designed, ...]:
    """Every journey type, with or without a path, the default one first."""
    kinds = sorted(blueprint.journeys.values(), key=lambda kind: kind.slug != blueprint.default_journey)
    return tuple(_designed(blueprint, kind) for kind in kinds)


def _designed(blueprint: Blueprint, kind: JourneyType) -> Designed:
    language = get_language() or "es"
    regular = [DesignedPath("", _("Regular path"), path_picture(blueprint, kind.path))] if kind.path else []
    others = [
        DesignedPath(name, one.label.text(language), path_picture(blueprint, one.path))
        for name, one in kind.exceptions.items()
    ]
    rules = tuple(rule_in_words(blueprint, rule) for rule in kind.rules)
    return Designed(kind.slug, kind.label.text(language), (*regular, *others), rules)


def path_picture(
    blueprint: Blueprint, path: Block, skipped: Mapping[str, float] | None = None, link: str = "", taken: Collection[str] = ()
) -> str:  # fmt: skip
    """``skipped``: the share of journeys that does not take a step as designed; ``link`` with ``{step}`` in it leads to a
    step that journeys ``taken`` have."""
    steps = {
        one.key: _step(blueprint, one.key, (skipped or {}).get(one.key, 0.0)) for one in blueprint.touchpoints
    }
    picture = draw.path(
        path,
        steps,
        href=(lambda step: link.replace("{step}", step) if step in taken else None) if link else None,
        lang=get_language() or "es",
        standalone=False,
    )
    return str(picture.text)


def _step(blueprint: Blueprint, step: str, skipped: float) -> draw.PathStep:
    language, owner = get_language() or "es", blueprint.owner(step)
    measured = blueprint.by_key[step].measured
    figure = "" if measured else _("not measured")
    if skipped >= 0.001:
        figure = _("%(share)s skip it") % {"share": draw.share(skipped, language)}
    return draw.PathStep(
        blueprint.label(step, language),
        owner.label.text(language) if owner else "",
        figure,
        measured,
        skipped >= 0.05,
    )


def rule_in_words(blueprint: Blueprint, rule: Rule) -> str:
    """``“Refund” only after “Inspection”``."""
    language = get_language() or "es"
    step = blueprint.label(rule.step, language)
    if isinstance(rule, Needs):
        message, other = _("“%(step)s” only after “%(other)s”"), rule.earlier
    elif isinstance(rule, Forbids) and rule.blamed == rule.after:
        message, step, other = (
            _("“%(step)s” never before “%(other)s”"),
            blueprint.label(rule.after, language),
            rule.step,
        )
    elif isinstance(rule, Forbids):
        message, other = _("“%(step)s” never after “%(other)s”"), rule.after
    else:
        message, other = _("“%(step)s” within %(limit)s of “%(other)s”"), rule.since
        facts = {"step": step, "other": blueprint.label(other, language)}
        return message % (facts | {"limit": _length(parse_duration(rule.limit))})
    return message % {"step": step, "other": blueprint.label(other, language)}


def _length(microseconds: int) -> str:
    """A limit as the design says it, to the minute: "14 days", "1 day 12 hours"."""
    days, rest = divmod(round(microseconds / MINUTE), DAY // MINUTE)
    hours, minutes = divmod(rest, HOUR // MINUTE)
    parts = (
        (days, ngettext("%(n)d day", "%(n)d days", days)),
        (hours, ngettext("%(n)d hour", "%(n)d hours", hours)),
        (minutes, ngettext("%(n)d minute", "%(n)d minutes", minutes)),
    )
    return " ".join(words % {"n": number} for number, words in parts if number)
