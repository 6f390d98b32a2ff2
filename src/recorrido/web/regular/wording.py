"""What the library says of the regular path, in the reader's words."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recorrido.journeys.queries import Study

LOST = "lost"


def branch_label(study: Study, kind: str, name: str) -> str:
    """How a branch is called."""
    if kind == LOST:
        return _("Never arrived")
    variant = study.journey_type.exceptions.get(name) if kind == "variant" else None
    return variant.label.text(get_language() or "es") if variant else study.label(name)
