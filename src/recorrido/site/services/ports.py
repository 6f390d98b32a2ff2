from __future__ import annotations

import errno
import socket


class PortTaken(RuntimeError):
    """The address cannot be listened on; the message says why and what to do."""


def require_free(host: str, port: int) -> None:
    """Raise PortTaken unless ``host:port`` can be listened on."""
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
