"""The open door as a process of its own, and beside the pages on the common port."""

from __future__ import annotations

import gc
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from recorrido.shared import orphans
from recorrido.site import boot

if TYPE_CHECKING:
    from recorrido.api.ingest.application import IngestApplication

Application = Callable[..., Awaitable[None]]


def serve(host: str, port: int, workers: int) -> None:
    """Take events until SIGTERM or Ctrl-C."""
    Granian(
        "recorrido.site.services.ingest:application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        workers=workers,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=15,
    ).serve()


def application() -> Application:
    """What every process of ``recorrido ingest`` runs."""
    boot.setup()
    orphans.end_with(os.getppid())
    # Requests make many small objects and no cycles: looking for garbage often would only cost time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    return open_door()


def open_door() -> IngestApplication:
    """The door with this installation's settings. Call it once Django is loaded."""
    from django.conf import settings

    from recorrido.api.ingest.application import IngestApplication
    from recorrido.api.ingest.limits import Limits

    limits = Limits(
        rate=settings.RECORRIDO_INGEST_RATE,
        most_waiting=settings.RECORRIDO_INGEST_QUEUE_MB * 1024 * 1024,
        public_url=settings.RECORRIDO_URL,
    )
    return IngestApplication(limits)


def beside(pages: Application) -> Application:
    """One application of two: what belongs to the open door never meets Django."""
    from recorrido.api.ingest.application import is_ours

    door = open_door()

    async def dispatch(scope: dict[str, Any], receive: Any, send: Any) -> None:
        chosen = door if scope["type"] == "http" and is_ours(scope["path"]) else pages
        await chosen(scope, receive, send)

    return dispatch
