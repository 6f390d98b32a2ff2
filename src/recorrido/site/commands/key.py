"""``recorrido key …``: what programs sign in with, from the terminal."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import typer

from recorrido.site import boot

if TYPE_CHECKING:
    from recorrido.company.models import ApiKey

key = typer.Typer(help="Keys that programs sign in with.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(key, name="key")


@key.command()
def create(
    source: str = typer.Option(
        "", help="The source its events are from, such as shop. Needed to send events."
    ),
    name: str = typer.Option("", help="Which program uses it; the source's name if left out."),
    scope: list[str] = typer.Option(["ingest"], help="What it may do; repeat for several."),
    channel: str = typer.Option("", help="The channel of events that name none, such as web."),
    user_kind: str = typer.Option("customer", help="The kind of identifier that userId is."),
    country: str = typer.Option("", help="Two letters: reads phone numbers without a prefix."),
) -> None:
    """Make a key. Its secret is printed once; no one can show it again."""
    boot.ready()
    from recorrido.company.actions import make_api_key
    from recorrido.company.errors import KeyRefused
    from recorrido.events.records import CHANNELS

    if channel and channel not in CHANNELS:
        raise typer.BadParameter(f"{channel!r} is none of {', '.join(CHANNELS)}.", param_hint="--channel")
    told = {"source": source, "channel": channel, "user_kind": user_kind, "country": country.upper()}
    try:
        made, secret = make_api_key(actor=None, name=name or source, scopes=scope, **told)  # type: ignore[arg-type]
    except KeyRefused as error:
        boot.say(str(error))
        raise typer.Exit(2) from None
    boot.say(f"Made the key {made.prefix} ({made.name}). Its secret, shown only now:")
    typer.echo(secret)


@key.command("list")
def list_() -> None:
    """Show the keys: prefix, name, source, what they may do, when last used."""
    boot.ready()
    from recorrido.company.queries import find_api_keys

    keys = list(find_api_keys())
    for one in keys:
        used = f"last used {one.last_used_at:%Y-%m-%d %H:%M} UTC" if one.last_used_at else "never used"
        state = "revoked" if one.revoked_at else used
        typer.echo("  ".join((one.prefix, one.name, one.source or "–", ",".join(one.scopes), state)))
    if not keys:
        boot.say("There is no key yet: recorrido key create --source shop")


@key.command()
def rotate(
    prefix: str = typer.Argument(help="The key's public part, as `recorrido key list` shows it."),
    grace_hours: int = typer.Option(24, min=0, max=90 * 24, help="How long the old secret works on."),
) -> None:
    """Give a key a new secret, printed once; the old one works on for a while."""
    found = _found(prefix)
    from recorrido.company.actions import rotate_api_key
    from recorrido.company.errors import KeyRefused

    try:
        secret = rotate_api_key(actor=None, key=found, grace=timedelta(hours=grace_hours))
    except KeyRefused as error:
        boot.say(str(error))
        raise typer.Exit(2) from None
    boot.say(f"The old secret works for {grace_hours} more hours. The new one, shown only now:")
    typer.echo(secret)


@key.command()
def revoke(prefix: str = typer.Argument(help="The key's public part.")) -> None:
    """End a key for good."""
    found = _found(prefix)
    from recorrido.company.actions import revoke_api_key

    revoke_api_key(actor=None, key=found)
    boot.say(f"The key {found.prefix} ({found.name}) opens nothing any more; servers notice within seconds.")


def _found(prefix: str) -> ApiKey:
    boot.ready()
    from recorrido.company.models import ApiKey

    found = ApiKey.objects.filter(prefix=prefix).first()
    if found is None:
        boot.say(f"There is no key {prefix}: see `recorrido key list`.")
        raise typer.Exit(2)
    return found
