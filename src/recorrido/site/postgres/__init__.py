"""PostgreSQL without set-up: a private server in the data folder, for one machine.

Production means ``DATABASE_URL``. Where it is not set, this package finds PostgreSQL binaries, makes a
cluster beside the rest of the data and serves it on a private Unix socket, never on TCP.

- ``binaries`` – where the programs come from
- ``place``    – where the cluster lives, and as which user it runs
- ``pidfile``  – whether a running process is really our server
- ``server``   – initdb, start, wait, stop
"""

from __future__ import annotations

from recorrido.site.postgres.errors import PostgresError
from recorrido.site.postgres.place import Place, place_for
from recorrido.site.postgres.server import ensure_running, is_running, revive, stop

__all__ = ["Place", "PostgresError", "ensure_running", "is_running", "place_for", "revive", "stop"]
