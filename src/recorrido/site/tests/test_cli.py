from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from recorrido.company.models import Staff
from recorrido.site.cli import build

LOADED = "import sys; from recorrido.site.cli import build; build(); print(*sys.modules)"


def recorrido(*arguments: str):
    return CliRunner().invoke(build(), arguments)


def test_asking_for_help_loads_neither_django_nor_the_analytics():
    answer = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert {"django", "trayecto", "numba"} & set(answer.stdout.split()) == set()


def test_help_lists_the_commands_of_every_file():
    listed = recorrido("--help").output
    assert all(
        word in listed for word in ("demo", "run", "up", "import", "simulate", "journeys", "user", "migrate")
    )


@pytest.mark.django_db
def test_the_first_administrator_is_made_in_a_terminal():
    answer = recorrido(
        "user", "create", "--email", "ana@example.com", "--name", "Ana", "--password", "una-clave-larga"
    )
    assert answer.exit_code == 0
    assert Staff.objects.get().role == "admin"


@pytest.mark.django_db
def test_a_weak_password_is_refused_with_its_reason():
    answer = recorrido("user", "create", "--email", "b@example.com", "--name", "B", "--password", "corta")
    assert (answer.exit_code, Staff.objects.count()) == (2, 0)
    assert "corta" in answer.output


@pytest.mark.django_db
def test_further_staff_is_not_made_in_the_terminal(admin):
    answer = recorrido(
        "user", "create", "--email", "b@example.com", "--name", "B", "--password", "una-clave-larga"
    )
    assert (answer.exit_code, Staff.objects.count()) == (2, 1)
    assert "There is staff already" in answer.output
