"""Steps by their names, and sums of money, on the pages of findings."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone

from recorrido.improve.queries import Figures
from recorrido.shared.days import day_said
from recorrido.web.findings.naming import Names
from recorrido.web.findings.sentences import money_text

register = template.Library()


@register.simple_tag
def step_name(names: Names, key: str) -> str:
    return names.step(key)


@register.filter
def day_of(text: str) -> str:
    """The day of a step, as it is kept with a disputed journey."""
    return day_said(timezone.localtime(datetime.fromisoformat(text)), "j M")


@register.simple_tag
def money_of(figures: Figures) -> str:
    return money_text(figures.money) if figures.money else "–"
