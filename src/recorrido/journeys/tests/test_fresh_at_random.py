"""Whatever happens in whatever order, and whoever is killed meanwhile: a log that was kept fresh says what a build says."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
from django.db import connection

from recorrido.company.models import Role, Staff
from recorrido.journeys.actions import build_now, install_blueprint
from recorrido.journeys.tests.conftest import SHOP
from recorrido.journeys.tests.fresh_logs import KINDS, as_built_anew, follow_to_the_end
from recorrido.journeys.tests.some_orders import join_or_part, record_some
from recorrido.journeys.tests.test_build_journeys import APPS

pytestmark = pytest.mark.django_db(transaction=True, available_apps=[*APPS, "procrastinate.contrib.django"])


@pytest.fixture
def luck(data_folder, transactional_db, request):
    """A shop of sixty orders with its journeys built, and the luck that made it."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
    luck = random.Random(request.param)
    Staff.objects.create(email="a@example.cl", name="A", role=Role.ADMIN)
    record_some(luck, 60)
    install_blueprint(source=SHOP.read_text(), file_name="shop.yaml", actor=None)
    for kind in KINDS:
        build_now(journey_type=kind, actor=None)
    return luck


@pytest.mark.parametrize("luck", range(3), indirect=True)
def test_logs_kept_fresh_say_what_a_build_says(luck):
    for size in (1, 20, 3, 1, 7, 2):
        record_some(luck, size)
        for _ in range(luck.randrange(3)):
            join_or_part(luck)
        follow_to_the_end()
    assert all(as_built_anew(kind) for kind in KINDS)


@pytest.mark.parametrize("luck", [11], indirect=True)
def test_followers_and_builders_killed_at_random_moments_cost_nothing(luck, data_folder):
    program = [sys.executable, "-m", "recorrido.journeys.tests.killed_processes"]
    database = connection.settings_dict["NAME"]
    done = subprocess.run(
        [*program, database, str(data_folder), "5", "12"],
        check=False,
        timeout=300,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    follow_to_the_end()
    assert all(as_built_anew(kind) for kind in KINDS)
