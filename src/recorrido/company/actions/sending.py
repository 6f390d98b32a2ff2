"""Mails out of the outbox, by any SMTP server. No mail is sent twice by us.

A sender claims a mail (state *being sent*, committed), talks to the server up to the point where nothing was handed
over yet, writes that it now hands the mail over (committed), and only then sends it. A sender that dies before that
point loses its claim after a while, and another one begins again. One that dies after it leaves a mail of which nobody
can know whether the server has it: it is told as *perhaps sent* and goes out again only when a person says so.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from recorrido.company import mail_server
from recorrido.company.errors import MailDelayed, MailError, MailServerAway, MailUnsure
from recorrido.company.models import Mail, MailState
from recorrido.company.queries import has_mail_server
from recorrido.shared import clock

CLAIM = timedelta(minutes=5)  # longer than a server is given to answer all that is said to it
PAUSES = [timedelta(minutes=m) for m in (1, 2, 5, 15, 30, 60, 180, 360, 360, 360, 360, 360)]


def send_next_mail() -> bool:
    """Send the next mail that is due; True if there may be more. Several senders may run at once."""
    _give_up_what_is_late()
    if not has_mail_server():
        return False
    mail = _claim()
    return mail is not None and _send(mail)


def send_mail_now(*, mail_id: int) -> Mail:
    """Send one waiting mail in this process, and return its row as it is then."""
    mail = _claim(pk=mail_id)
    if mail is not None:
        _send(mail)
    return Mail.objects.get(pk=mail_id)


def _give_up_what_is_late() -> None:
    """What nobody needs any more, and what a sender that died was handing over."""
    now = clock.now()
    waiting = Mail.objects.filter(state=MailState.WAITING, useful_until__lt=now)
    waiting.update(state=MailState.FAILED, error=_("It waited until it was of no use."))
    handed = Mail.objects.filter(state=MailState.HANDED, next_try_at__lte=now)
    words = _("The program ended while it handed the mail over: it may have arrived. Nothing was sent again.")
    handed.update(state=MailState.UNSURE, error=words)


@transaction.atomic
def _claim(**which: int) -> Mail | None:
    """Take a mail that is due, or whose sender died before it handed the mail over."""
    now = clock.now()
    due = Mail.objects.filter(state__in=(MailState.WAITING, MailState.SENDING), next_try_at__lte=now, **which)
    mail = due.select_for_update(skip_locked=True).order_by("next_try_at", "id").first()
    if mail is not None:
        mail.state, mail.attempts, mail.next_try_at = MailState.SENDING, mail.attempts + 1, now + CLAIM
        mail.save(update_fields=["state", "attempts", "next_try_at"])
    return mail


def _send(mail: Mail) -> bool:
    """Send a claimed mail and write down what came of it; True if the next one may be tried at once."""
    try:
        mail_server.send(mail_server.Letter.of(mail), before_handing_over=lambda: _mark_handed(mail))
    except MailServerAway as error:
        _later(mail, error)
        _let_others_wait()
        return False
    except MailDelayed as error:
        _later(mail, error)
    except MailError as error:
        unsure = isinstance(error, MailUnsure)
        _end(mail, state=MailState.UNSURE if unsure else MailState.FAILED, error=str(error))
    else:
        _end(mail, state=MailState.SENT, error="", sent_at=clock.now())
    return True


def _mark_handed(mail: Mail) -> bool:
    """Whether the claim still held; from here on nobody else touches the mail."""
    return _mine(mail).filter(state=MailState.SENDING).update(state=MailState.HANDED) == 1


def _mine(mail: Mail):  # type: ignore[no-untyped-def]
    """The row, as long as no other sender has claimed it since."""
    return Mail.objects.filter(pk=mail.pk, attempts=mail.attempts).exclude(state=MailState.SENT)


def _end(mail: Mail, **changes: object) -> None:
    _mine(mail).update(**changes)


def _later(mail: Mail, error: MailError) -> None:
    """Try again after a pause that grows; after a day and a half it has failed."""
    if mail.attempts > len(PAUSES):
        _end(mail, state=MailState.FAILED, error=str(error))
        return
    due = clock.now() + PAUSES[mail.attempts - 1]
    _end(mail, state=MailState.WAITING, error=str(error), next_try_at=due)


def _let_others_wait() -> None:
    """A server that is away is not asked again for each mail."""
    due = Mail.objects.filter(state=MailState.WAITING, next_try_at__lte=clock.now())
    due.update(next_try_at=clock.now() + PAUSES[0])
