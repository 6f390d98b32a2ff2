from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.clients.installation import Installation

from recorrido.site.postgres.cluster import runtime_folder

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".recorrido" / "clients"


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The official libraries for Node and browsers, as the lock file names them; kept beside the tests' database."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("node and npm are not here: the Node and browser libraries cannot be driven")
    lock = (HERE / "node" / "package-lock.json").read_bytes()
    folder = CACHE / hashlib.sha256(lock).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # several test processes install once
        if not (folder / "installed").exists():
            _install(folder)
    return folder / "node_modules"


def _install(folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / "node" / name, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"npm ci did not install the libraries: {done.stderr[-500:]}")
    (folder / "installed").touch()


@contextmanager
def new_installation(command: str) -> Iterator[Installation]:
    """An installation with its tables, not yet serving; nothing of it is left afterwards."""
    home = Path(tempfile.mkdtemp(prefix="rcc", dir="/tmp"))
    home.chmod(0o755)
    installation = Installation(home, command)
    installation.recorrido("migrate")
    yield installation
    installation.close()
    shutil.rmtree(installation.place.sockets, ignore_errors=True)
    shutil.rmtree(runtime_folder(installation.place, 18), ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def made_installation() -> Iterator[Installation]:
    """One installation for the folder's tests: making a database takes longer than most of them."""
    with new_installation("ingest") as installation:
        yield installation


@pytest.fixture
def installation(made_installation) -> Iterator[Installation]:
    """It serves when the test begins, whatever the test before killed."""
    made_installation.start_database()
    if not made_installation.answers():
        made_installation.start()
    yield made_installation


@pytest.fixture
def small_shop() -> Iterator[Installation]:
    """Everything on one port, supervised: ``recorrido up``."""
    with new_installation("up") as installation:
        installation.start()
        yield installation


@pytest.fixture
def begin_sending(installation, request) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a client: ``begin_sending("segment-node", key, count=300, pause=10)``; ``to`` another installation."""
    begun: list[subprocess.Popen[str]] = []

    def begin(
        library: str, key: str, to: Installation = installation, **told: object
    ) -> subprocess.Popen[str]:
        script = json.dumps({"library": library, "key": key, "host": to.url, **told})
        command, environment = [sys.executable, str(HERE / "send.py"), script], None
        if not library.endswith(("python", "gzip")):
            modules = request.getfixturevalue("node_modules")
            command = ["node", str(HERE / "node" / "send.js"), script]
            environment = installation.environment | {"NODE_PATH": str(modules)}
        client = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        begun.append(client)
        return client

    yield begin
    for client in begun:
        if client.poll() is None:
            client.kill()
        client.wait()
        client.stderr.close()
