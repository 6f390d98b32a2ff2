from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

PAGES = [
    "/journeys/",
    "/journeys/?mode=time",
    "/journeys/?mode=dropoff&path=regular",
    "/journeys/where-it-hurts/",
    "/journeys/variants/",
    "/journeys/funnel/",
    "/journeys/funnel/?step=order.placed&step=order.delivered&within=7d",
    "/journeys/behind/?sel=lost",
    "/journeys/journey/3/",
    "/journeys/step/order.placed/",
    "/journeys/flow/order.placed/payment.approved/",
    "/journeys/trend.svg?from=2026-10-01&to=2026-10-31",
    "/journeys/builds/",
]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(aromo, page):
    client = Client()
    client.force_login(aromo["analyst"])
    answer = client.get(page, follow=True)
    assert answer.status_code == 200
