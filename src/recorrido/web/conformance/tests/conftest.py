from __future__ import annotations

from collections.abc import Iterator

import pytest

from recorrido.journeys.queries import forget_answers
from recorrido.journeys.tests import ledgers
from recorrido.web.conformance.tests.designed_shop import SHOP, events_of


@pytest.fixture(scope="module")
def designed(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[None]:
    """The shop's journeys, built from committed events; gone after the module."""
    from django.conf import settings
    from django.core.management import call_command

    before = settings.RECORRIDO_DATA
    settings.RECORRIDO_DATA = tmp_path_factory.mktemp("designed")
    with django_db_blocker.unblock():
        try:
            forget_answers()
            ledgers.record(*events_of(ledgers))
            ledgers.build(SHOP)
            yield
        finally:
            call_command("flush", interactive=False, verbosity=0)
            settings.RECORRIDO_DATA = before
            forget_answers()
