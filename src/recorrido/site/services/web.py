from __future__ import annotations

from django.conf import settings
from django.core.management import call_command
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels


def serve(host: str, port: int, workers: int) -> None:
    """Serve pages until SIGTERM or Ctrl-C."""
    collect_static()
    Granian(
        "recorrido.site.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        workers=workers,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


def collect_static() -> None:
    """Copy style sheets and scripts under hashed names into the data folder, from where they are served."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
