from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from recorrido.journeys.blueprint import Blueprint
from recorrido.journeys.calendar.models import CalendarEntry, EntryKind


class EntryForm(forms.Form):
    """Something that was changed on a day. Touchpoints and departments are those of the design in force; what an entry names
    already stays to be chosen, although a newer design does not know it."""

    date = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the day like 2026-09-22.")},
    )  # fmt: skip
    label = forms.CharField(label=_("What was changed"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=EntryKind.choices, initial=EntryKind.OTHER)
    touchpoint = forms.ChoiceField(label=_("Touchpoint"), required=False)
    department = forms.ChoiceField(label=_("Department"), required=False)

    def __init__(
        self, *args: Any, blueprint: Blueprint | None, entry: CalendarEntry | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.initial = dict(entry.fields) if entry else {}
        touchpoints, departments = names_in(blueprint, get_language() or "es")
        for name, labels in (("touchpoint", touchpoints), ("department", departments)):
            if entry and (known := getattr(entry, name)):
                labels.setdefault(known, known)
            named = sorted(labels.items(), key=lambda one: one[1].casefold())
            self.fields[name].choices = [("", _("none in particular")), *named]  # type: ignore[attr-defined]


def names_in(blueprint: Blueprint | None, language: str) -> tuple[dict[str, str], dict[str, str]]:
    """Labels of touchpoints and of departments by their keys."""
    if blueprint is None:
        return {}, {}
    touchpoints = {one.key: one.label.text(language) for one in blueprint.touchpoints}
    return touchpoints, {slug: one.label.text(language) for slug, one in blueprint.departments.items()}
