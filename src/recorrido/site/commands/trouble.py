"""``recorrido trouble``: web trouble played into a running installation, to see an incident open and close."""

from __future__ import annotations

from enum import StrEnum

import typer

from recorrido.site import boot


class Sort(StrEnum):
    PAYMENTS = "payments"
    CHECKOUT = "checkout"
    SEARCHES = "searches"


def register(app: typer.Typer) -> None:
    app.command()(trouble)


def trouble(
    sort: Sort = typer.Argument(help="Refused payments, checkout errors, or searches without results."),
    per_minute: int = typer.Option(12, min=1, max=600, help="So many a minute."),
    minutes: int = typer.Option(5, min=1, max=120, help="For so long; it takes as long as it says."),
) -> None:
    """Play trouble into a running installation: events of the source "shop" that happen now. Not for real ledgers."""
    boot.ready()
    from rich.console import Console
    from rich.progress import Progress

    from recorrido.simulator.burst import play

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"{sort.value}: {per_minute} a minute", total=per_minute * minutes)
        done = play(
            sort=sort.value,
            per_minute=per_minute,
            minutes=minutes,
            tell=lambda done, _total: bar.update(task, completed=done),
        )
    boot.say(f"{done} events recorded. The incident closes by itself some ten minutes from now.")
