"""``recorrido demo`` and ``recorrido run``: from nothing to pages in the browser, in one command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from recorrido.site import boot
from recorrido.site.commands.serve import HOST, PORT, migrate, one_start_at_a_time, run_everything

if TYPE_CHECKING:
    from recorrido.site.demo import Login


def register(app: typer.Typer) -> None:
    app.command()(demo)
    app.command()(run)


def demo(host: str = HOST, port: int = PORT) -> None:
    """Run everything, with the simulated retailer Calzados Aromo. The data stays for the next start."""
    boot.require_free_port(host, port)
    boot.ready()
    with boot.database_stopped_afterwards():
        with one_start_at_a_time():
            migrate()
            from recorrido.site.demo import fill_with_aromo

            login = fill_with_aromo(boot.data_folder())
        welcome = (
            f"\n  Calzados Aromo is at {{address}}\n  Sign in as {login.email} with {login.password}\n"
            "  Ctrl-C stops everything; `make demo` starts it again with the same data.\n"
        )
        run_everything(host, port, welcome=welcome)


def run(host: str = HOST, port: int = PORT) -> None:
    """Run everything, empty at first: the pages say what to do next."""
    boot.require_free_port(host, port)
    boot.ready()
    with boot.database_stopped_afterwards():
        with one_start_at_a_time():
            migrate()
            from recorrido.site.demo import start_empty

            login = start_empty()
        run_everything(host, port, welcome=_welcome(login))


def _welcome(login: Login | None) -> str:
    words = "\n  Recorrido is at {address}\n"
    if login:
        words += f"  Sign in as {login.email} with {login.password} – shown only now; change it after signing in.\n"
    return words + "  Ctrl-C stops everything.\n"
