from __future__ import annotations

import pytest
from django.test import Client

from recorrido.journeys.watch.models import Incident
from recorrido.shared import clock

pytestmark = pytest.mark.django_db


def test_an_open_incident_stands_on_the_map_at_its_touchpoint(aromo):
    for step, shown in (("order.shipped", 1), ("identity.requested", 1), ("nowhere", 0)):
        Incident.objects.create(
            kind="surge", subject=f"touchpoint:{step}", touchpoint=step, label_es=f"Falla {step}", label_en=step,
            first_minute=clock.now(), seen=9, expected=1, minutes=3, peak=4,
        )  # fmt: skip
        client = Client()
        client.force_login(aromo["analyst"])
        page = client.get("/journeys/", follow=True).content.decode()
        assert (page.count('class="incident-mark"'), f"Falla {step}" in page) == (shown, True)
        Incident.objects.all().delete()
