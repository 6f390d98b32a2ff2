"""Watches in processes of their own, killed while they look: one incident, one mail, one event in the ledger."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from urllib.parse import quote

import pytest
from django.db import connection

from recorrido.company.models import Mail
from recorrido.events.models import Event
from recorrido.journeys.watch.models import Incident
from recorrido.journeys.watch.tests.shops import Shop

pytestmark = pytest.mark.django_db(transaction=True)
LOOK = """
import django, sys
django.setup()
from datetime import datetime
from recorrido.journeys.models import BlueprintVersion
from recorrido.journeys.watch.actions import count_events, look
from recorrido.shared import clock
now = datetime.fromisoformat(sys.argv[1])
version = BlueprintVersion.objects.newest()
print("ready", flush=True)
with clock.frozen(now):
    while True:
        count_events(version=version)
        look(blueprint=version.read(), now=now)
"""


def looking(shop: Shop) -> subprocess.Popen[str]:
    facts = connection.settings_dict
    url = f"postgresql://{facts['USER']}@/{facts['NAME']}?host={quote(facts['HOST'], safe='')}"
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "recorrido.site.settings"}
    command = [sys.executable, "-c", LOOK, shop.now.isoformat()]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def test_two_watches_killed_at_any_moment_leave_one_incident_and_one_mail(make_staff):
    make_staff("admin")
    shop = Shop()
    shop.pass_usual(5)
    for minute in range(4):
        shop.record(shop.now, placed=5, refused=8)
        processes = [looking(shop), looking(shop)]
        time.sleep(0.05 * (minute + 1))  # somewhere in the middle
        for process in processes:
            process.send_signal(signal.SIGKILL)
            process.wait(10)
        shop.pass_minutes(1)
    assert (Incident.objects.count(), Mail.objects.count()) == (1, 1)
    assert Event.objects.filter(source__name="recorrido").count() == 1
