"""The trial by kill -9, in short: the whole product, everything killed once, the disk full once (docs/chaos.md)."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.architecture.tree import ROOT

SHORT = ["--seed", "7", "--events", "3000", "--kills", "5", "--patience", "60"]


@pytest.mark.slow
def test_every_promise_is_kept_while_everything_is_killed_and_the_disk_is_full():
    trial = tried("chaos", *SHORT)
    assert trial.returncode == 0, f"{trial.stderr[-3000:]}\n{trial.stdout}"


@pytest.mark.slow
def test_forged_requests_are_answered_without_a_mistake_and_cost_no_sound_event():
    trial = tried("chaos.forged", "--seed", "7", "--requests", "2000")
    assert trial.returncode == 0, f"{trial.stderr[-3000:]}\n{trial.stdout}"


def tried(module, *arguments):
    ours = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
