from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from recorrido.shared.aside import NICENESS, AsideEnded, run_aside

WORK = "recorrido.shared.tests.asides"
PATIENCE = 30.0


@pytest.fixture(autouse=True)
def own_processes(settings):
    settings.RECORRIDO_OWN_PROCESSES = True


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """A child reads its settings anew: those of the tests, but with processes of their own."""
    (tmp_path / "settings_aside.py").write_text(
        "from recorrido.site.settings_tests import *\nRECORRIDO_OWN_PROCESSES = True\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "settings_aside")


def wait_for(done):
    until = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_work_aside_is_done_in_another_process_that_stands_back_with_its_database(tmp_path, environment):
    run_aside(f"{WORK}:write_down", str(tmp_path / "said"))
    pid, niceness, of_database = map(int, (tmp_path / "said").read_text().split())
    assert pid != os.getpid()
    assert (niceness, of_database) == (NICENESS, NICENESS)


def test_it_is_told_how_the_process_ended_before_its_work():
    with pytest.raises(AsideEnded) as killed:
        run_aside(f"{WORK}:be_killed")
    with pytest.raises(AsideEnded) as failed:
        run_aside(f"{WORK}:fail")
    assert (killed.value.code, failed.value.code) == (-9, 1)


def test_the_process_ends_with_the_one_that_asked_for_it(tmp_path, environment):
    path = tmp_path / "there"
    asks = f"import django; django.setup(); from recorrido.shared.aside import run_aside; run_aside('{WORK}:stay', {str(path)!r})"
    asking = subprocess.Popen([sys.executable, "-c", asks])
    wait_for(lambda: path.exists() and path.read_text())
    asking.kill()
    asking.wait(PATIENCE)
    wait_for(lambda: not Path(f"/proc/{path.read_text()}").exists())
