"""The ``trayecto`` command: the library's questions from a shell."""

from __future__ import annotations


def main() -> None:
    """Entry point of the command; see ``trayecto.cli.app.run``."""
    from trayecto.cli.app import run

    run()
