"""Words of the people pages."""

from __future__ import annotations

from typing import Any

from django import template

from recorrido.web.people import wording

register = template.Library()
register.filter("kind_label", wording.kind_label)
register.filter("hold_sentence", wording.hold_sentence)
register.filter("reason_sentence", wording.reason_sentence)
register.filter("field_label", wording.field_label)


@register.filter
def of(values: Any, key: Any) -> Any:
    """The value of a key that is no fixed word, "" where there is none."""
    return values.get(key, "")
