"""``recorrido quarantine …``: the events that could not be understood, and handing them in again."""

from __future__ import annotations

import json
import sys

import typer

from recorrido.site import boot

quarantine = typer.Typer(help="Events that could not be understood.", no_args_is_help=True)

BATCH = 1_000


def register(app: typer.Typer) -> None:
    app.add_typer(quarantine, name="quarantine")


@quarantine.command("list")
def list_(
    as_json: bool = typer.Option(False, "--json", help="One JSON object a line, with the whole event."),
    limit: int = typer.Option(100, min=1, help="At most so many, the oldest first."),
) -> None:
    """Show the waiting events, each with the reason why it was refused."""
    boot.ready()
    from recorrido.events.queries import waiting_in_quarantine

    rows = waiting_in_quarantine(limit=limit)
    for row in rows:
        facts = {"id": row.id, "source": row.source.name, "code": row.code, "reason": row.detail}
        if as_json:
            sys.stdout.write(json.dumps(facts | {"event": row.payload}, ensure_ascii=False) + "\n")
        else:
            typer.echo(f"{row.id}  {row.source.name}  {row.code}: {row.detail}")
    if not rows:
        boot.say("Nothing waits in quarantine.")


@quarantine.command()
def replay() -> None:
    """Hand all of them in again: those that are understood now are recorded, the others stay."""
    boot.ready()
    from recorrido.events.actions import replay_quarantined
    from recorrido.events.queries import waiting_in_quarantine

    recorded = after = 0
    while rows := waiting_in_quarantine(limit=BATCH, after=after):
        after = rows[-1].id
        recorded += replay_quarantined(actor=None, rows=rows).recorded
    left = len(waiting_in_quarantine(limit=1))
    boot.say(
        f"Events recorded: {recorded:,}."
        + (" Others still wait: see recorrido quarantine list" if left else "")
    )
