"""Which journeys stand behind the findings of a look."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

from django.db import transaction

from recorrido.improve.models import FindingJourneys


@transaction.atomic
def keep_journeys(*, log_version: str, journeys: Mapping[str, Sequence[str]]) -> None:
    """``journeys``: their names by the library's name of the finding. What a look of the same version kept gives way."""
    FindingJourneys.objects.filter(log_version=log_version).delete()
    FindingJourneys.objects.bulk_create(
        FindingJourneys(log_version=log_version, key=key, names=zlib.compress("\n".join(names).encode()))
        for key, names in journeys.items()
    )


def forget_journeys(*, except_of: str) -> None:
    """Drop what older looks kept."""
    FindingJourneys.objects.exclude(log_version=except_of).delete()
