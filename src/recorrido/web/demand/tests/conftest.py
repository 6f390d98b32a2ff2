from __future__ import annotations

from collections.abc import Iterator

import pytest

from recorrido.company.models import Staff
from recorrido.journeys.analyses.actions import carry_out, request_analysis
from recorrido.journeys.demand import working
from recorrido.journeys.queries import open_study
from recorrido.web.tests.retailers import filled


@pytest.fixture(scope="module")
def aromo(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[dict[str, Staff]]:
    """The demo's retailer, small, with what its contacts are for worked out; staff by role."""
    with django_db_blocker.unblock(), filled("aromo", tmp_path_factory.mktemp("aromo")) as staff:
        for kind in (working.FAILURE_DEMAND, working.CONTACTS, working.PROFIT):
            carry_out(request_analysis(study=open_study("purchase"), kind=kind, actor=None).id)
        yield staff
