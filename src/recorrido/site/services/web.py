"""The web process: pages and the open door on one port, and what the first page needs."""

from __future__ import annotations

import logging
import os
from threading import Thread

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from recorrido.shared import orphans
from recorrido.site.services.ingest import Application, beside


def serve(host: str, port: int, workers: int) -> None:
    """Serve pages until SIGTERM or Ctrl-C."""
    collect_static()
    Granian(
        "recorrido.site.services.web:application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        workers=workers,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


def application() -> Application:
    """What every serving process runs: pages, and events on the paths of the open door. The first page of the journeys
    is made meanwhile, so that nobody waits for it."""
    from recorrido.site.asgi import application as pages

    orphans.end_with(os.getppid())
    Thread(target=warm_up, name="warm-up", daemon=True).start()
    return beside(pages)


def warm_up() -> None:
    """Load kernels, logs and first answers; the pages come without it too, only later."""
    from recorrido.journeys import queries

    try:
        queries.warm_up()
    except Exception:
        logging.getLogger(__name__).warning("The journey pages could not be prepared ahead.", exc_info=True)
    finally:
        connections.close_all()


def collect_static() -> None:
    """Copy style sheets and scripts under hashed names into the data folder, from where they are served."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
