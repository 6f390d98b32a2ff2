"""The web process: pages on one port, and what the first of them needs."""

from __future__ import annotations

import logging
from threading import Thread

from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.management import call_command
from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels


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


def application() -> ASGIHandler:
    """What every serving process runs. The first page of the journeys is made meanwhile, so that nobody waits for it."""
    from recorrido.site.asgi import application as pages

    Thread(target=warm_up, name="warm-up", daemon=True).start()
    return pages


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
