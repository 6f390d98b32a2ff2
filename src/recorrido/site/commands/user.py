"""``recorrido user …``: staff from the terminal."""

from __future__ import annotations

import sys

import typer

from recorrido.site import boot

user = typer.Typer(help="Who may sign in.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(user, name="user")


@user.command()
def create(
    email: str = typer.Option(..., prompt=True, help="The e-mail to sign in with."),
    name: str = typer.Option(..., prompt=True, help="The name colleagues see."),
    password: str = typer.Option(
        "", help="Asked for when left out; '-' reads it from standard input.", show_default=False
    ),
) -> None:
    """Make the first administrator of a fresh installation; further staff are made on the Staff page."""
    boot.ready()
    from recorrido.company import actions
    from recorrido.company.errors import Forbidden, PasswordRefused

    try:
        actions.create_first_admin(email=email, name=name, password=_password(password))
    except Forbidden:
        boot.say("There is staff already: sign in as an administrator and use the Staff page.")
        raise typer.Exit(2) from None
    except PasswordRefused as error:
        boot.say(str(error))
        raise typer.Exit(2) from None
    boot.say(f"{name} can sign in as {email}.")


def _password(given: str) -> str:
    if given == "-":
        return sys.stdin.readline().rstrip("\n")
    return given or str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
