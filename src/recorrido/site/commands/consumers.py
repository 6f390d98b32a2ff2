"""``recorrido consumers …``: who follows the ledger, how far, and setting them back."""

from __future__ import annotations

from datetime import datetime

import typer

from recorrido.site import boot

consumers = typer.Typer(help="Who follows the ledger and the changes of persons.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(consumers, name="consumers")


@consumers.command("list")
def list_() -> None:
    """Show every consumer with its position, how far it is behind, and why it stopped, if it did."""
    boot.ready()
    from recorrido.events.queries import consumers as states

    found = states()
    for one in found:
        late = one.time_behind
        behind = f"{one.events_behind:,} behind" + (f", {late.total_seconds():,.0f} s" if late else "")
        error = f"  stopped: {one.error}" if one.error else ""
        typer.echo(f"{one.consumer}  {one.stream}  {one.position:,} of {one.horizon:,}  {behind}{error}")
    if not found:
        boot.say("Nothing follows the ledger yet.")


@consumers.command()
def move(
    consumer: str = typer.Argument(help="As `recorrido consumers list` names it."),
    to: int | None = typer.Option(
        None, "--to", min=0, help="The position it goes on from; 0 is the beginning."
    ),
    at: datetime | None = typer.Option(None, "--at", help="A moment (UTC): what was received from then on."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask again."),
) -> None:
    """Set a consumer back, so that it takes events again, or on, so that it leaves some out."""
    boot.ready()
    from recorrido.events.actions import move_consumer
    from recorrido.events.errors import LedgerError
    from recorrido.events.queries import consumers as states

    one = next((state for state in states() if state.consumer == consumer), None)
    if one is None or (to is None) == (at is None):
        boot.say("Name a consumer of the list, and either --to or --at.")
        raise typer.Exit(2)
    target = to if to is not None else _position(one.stream, at)
    boot.say(_meaning(one.position, target))
    if not yes and not typer.confirm("Move it?"):
        raise typer.Exit(1)
    try:
        boot.say(
            f"{consumer} goes on from {move_consumer(actor=None, consumer=consumer, position=target):,}."
        )
    except LedgerError as error:
        boot.say(str(error))
        raise typer.Exit(2) from None


def _position(stream: str, at: datetime | None) -> int:
    from datetime import UTC

    from recorrido.events.queries import position_at

    assert at is not None
    return position_at(stream, at.replace(tzinfo=UTC))


def _meaning(now: int, target: int) -> str:
    if target < now:
        return f"From {now:,} to {target:,}: at most {now - target:,} are taken again."
    return f"From {now:,} to {target:,}: at most {target - now:,} are left out."
