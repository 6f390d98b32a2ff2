"""``recorrido mail …``: whether mails leave."""

from __future__ import annotations

import typer

from recorrido.site import boot

mail = typer.Typer(help="Mails to staff.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(mail, name="mail")


@mail.callback()
def mails() -> None:
    """Mails to staff."""


@mail.command()
def test(to: str = typer.Option(..., help="Who gets the test mail.")) -> None:
    """Send a test mail at once, and say what the mail server answered."""
    boot.ready()
    from recorrido.company import actions
    from recorrido.company.errors import BadAddress
    from recorrido.company.queries import has_mail_server

    if not has_mail_server():
        boot.say("No mail server is set: set RECORRIDO_SMTP_URL and RECORRIDO_MAIL_FROM (docs/settings.md).")
        raise typer.Exit(2)
    try:
        queued = actions.queue_test_mail(actor=None, to=to)
    except BadAddress as error:
        boot.say(str(error))
        raise typer.Exit(2) from None
    done = actions.send_mail_now(mail_id=queued.pk)
    boot.say(f"The server took the mail to {to}." if done.state == "sent" else f"Not sent: {done.error}")
    raise typer.Exit(0 if done.state == "sent" else 1)
