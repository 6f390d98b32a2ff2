"""What a finding speaks of, called as the blueprint calls it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recorrido.improve.models import Finding
from recorrido.journeys.blueprint import Blueprint, JourneyType
from recorrido.journeys.calendar.queries import entry_near, known_entries
from recorrido.journeys.errors import NoBlueprint
from recorrido.journeys.queries import blueprint_in_force, things
from recorrido.shared import days
from recorrido.web.calendar.wording import nearness_said
from recorrido.web.conditions import PERIOD, attribute_said, value_said


@dataclass(frozen=True)
class Names:
    """Labels of steps, departments and attributes in the reader's language; what the blueprint does not know keeps its key."""

    blueprint: Blueprint | None

    @classmethod
    def in_force(cls) -> Names:
        try:
            return cls(blueprint_in_force()[1])
        except NoBlueprint:
            return cls(None)

    @cached_property
    def language(self) -> str:
        return get_language() or "es"

    def step(self, key: str) -> str:
        return self.blueprint.label(key, self.language) if self.blueprint else key

    def department(self, slug: str) -> str:
        """ "" for nobody's."""
        found = self.blueprint.departments.get(slug) if self.blueprint else None
        return found.label.text(self.language) if found else slug

    def owner(self, step: str) -> str:
        found = self.blueprint.owner(step) if self.blueprint else None
        return found.label.text(self.language) if found else ""

    @cached_property
    def entries(self) -> list[Any]:
        """What stands in the calendar, holidays aside."""
        return known_entries(self.blueprint) if self.blueprint else []

    def day(self, text: str | None) -> str:
        """ "22 sep 2026, 2 días después de «Nuevos avisos»": a day, and what stands near it in the calendar."""
        if not text or self.blueprint is None:
            return day_said(text)
        since = date.fromisoformat(text)
        near = entry_near(self.entries, self.blueprint, since)
        if near is None:
            return day_said(text)
        facts = {"day": day_said(text), "near": nearness_said(near.label, near.kind, near.date, since)}
        return _("%(day)s, %(near)s") % facts

    @property
    def departments(self) -> list[tuple[str, str]]:
        """(slug, name) of all, by name."""
        slugs = self.blueprint.departments if self.blueprint else {}
        return sorted(((slug, self.department(slug)) for slug in slugs), key=lambda one: one[1])

    def journey_type(self, slug: str) -> JourneyType | None:
        return self.blueprint.journeys.get(slug) if self.blueprint else None

    def cause(self, finding: Finding) -> str:
        """ "transportista Andes Sur"; "" where no attribute is blamed."""
        if not finding.cause_attribute:
            return ""
        conditions = finding.detail.get("evidence", {}).get("conditions") or [
            [finding.cause_attribute, finding.cause_value]
        ]
        kind = self.journey_type(finding.last_run.journey_type)
        return _(" and ").join(self._condition(kind, *condition) for condition in conditions)

    def attribute(self, journey_type: str, name: str) -> str:
        """The name of a journey attribute, as it stands within a sentence."""
        if name == "period":
            return _("time of the year")
        kind = self.journey_type(journey_type)
        label = attribute_said(kind, name)
        return label[:1].lower() + label[1:]

    def _condition(self, kind: JourneyType | None, name: str, value: str) -> str:
        said = value_said(self.blueprint, kind, name, value)
        if name == PERIOD:
            return said
        return f"{self.attribute(kind.slug if kind else '', name)} {said}"

    def people(self, journey_type: str, number: float) -> str:
        """ "1.240 clientes": whose journeys they are."""
        kind = self.journey_type(journey_type)
        count = number_format(round(number), decimal_pos=0, force_grouping=True)
        if kind is None or kind.key == "person":
            return _("%(count)s customers") % {"count": count}
        return f"{count} {things(kind.key, round(number))}"


def day_said(text: str | None) -> str:
    """ "22 sep 2026"; "" for no day."""
    return days.day_said(date.fromisoformat(text)) if text else ""


def evidence_of(finding: Finding) -> dict[str, Any]:
    """The figures that speak for it, as the library told them."""
    return finding.detail.get("evidence") or {}
