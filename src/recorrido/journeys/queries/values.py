"""What things are worth, as it is in force."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import QuerySet

from recorrido.journeys.models import ValueModelVersion
from recorrido.journeys.queries.study import Study

VALUES = "values"  # the name by which a log keeps the text


def values_in_force() -> ValueModelVersion | None:
    """The newest value model; None where nobody said what things are worth."""
    return ValueModelVersion.objects.newest()


def value_model_versions() -> QuerySet[ValueModelVersion]:
    """All of them, the newest first, with who installed them."""
    return ValueModelVersion.objects.select_related("installed_by").order_by("-id")


def valued(study: Study, number: int) -> Study:
    """The study, with a log that is worth what this version of the value model says, not the one it was built with."""
    version = ValueModelVersion.objects.filter(number=number).first()
    return study if version is None else replace(study, log=study.log.with_texts(**{VALUES: version.source}))
