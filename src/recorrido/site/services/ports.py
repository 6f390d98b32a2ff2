from __future__ import annotations

import errno
import socket
import time


class PortTaken(RuntimeError):
    """The address cannot be listened on; the message says why and what to do."""


LEAVING = 4.0
"""Seconds in which the server of a supervisor that was killed has gone by itself."""


def require_free(host: str, port: int, *, patience: float = 0.0) -> None:
    """Raise PortTaken unless ``host:port`` can be listened on within ``patience`` seconds."""
    until = time.monotonic() + patience
    while True:
        try:
            return _bind(host, port)
        except PortTaken as taken:
            cause = taken.__cause__
            if not isinstance(cause, OSError) or cause.errno != errno.EADDRINUSE or time.monotonic() > until:
                raise
        time.sleep(0.1)


def _bind(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(_sentence(host, port, error)) from error
        except OverflowError as error:
            raise PortTaken(
                f"There is no port {port}: choose one below 65536 with RECORRIDO_PORT or --port."
            ) from error


def _sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another program (perhaps Recorrido already runs): "
            "stop it, or choose another port with RECORRIDO_PORT or --port."
        )
    return f"{host}:{port} cannot be listened on ({error.strerror}): choose another with --host and --port."
