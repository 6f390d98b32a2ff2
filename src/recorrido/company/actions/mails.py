"""Mails into the outbox: written in the transaction of what they tell about, sent afterwards by ``sending``."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from recorrido.company.access import Permission, require
from recorrido.company.actions.audit import audit
from recorrido.company.errors import BadAddress
from recorrido.company.models import Mail, MailState, Staff
from recorrido.shared import clock

KEPT_FOR = timedelta(days=90)
LONGEST_SUBJECT = 200


def queue_mail(
    *, key: str, to: str, subject: str, text: str, html: str = "", useful_until: datetime | None = None
) -> Mail:
    """Put a mail into the outbox; a key that is there already changes nothing and returns that mail.

    Call it inside the transaction of what the mail tells about. ``useful_until``: unsent by then it is given up.
    Raises BadAddress.
    """
    try:
        validate_email(to)
    except ValidationError as error:
        raise BadAddress(_("“%(address)s” is not an e-mail address.") % {"address": to}) from error
    fields = {"to": to, "subject": _one_line(subject), "text": text, "html": html}
    mail, _made = Mail.objects.get_or_create(key=key, defaults={**fields, "useful_until": useful_until})
    return mail


def alarm_staff(
    *,
    key: str,
    concerns: Callable[[Staff], bool],
    words: Callable[[], tuple[str, str]],
    useful_until: datetime,
) -> None:
    """A mail to each active member of staff who wants alarms and whom it concerns, in the language of each.

    ``words`` answers subject and text in the language of the moment; see ``queue_mail`` for the rest.
    """
    for staff in (
        Staff.objects.filter(is_active=True, alarms=True).select_related("department").order_by("id")
    ):
        if concerns(staff):
            with translation.override(staff.language or settings.LANGUAGE_CODE):
                subject, text = words()
            queue_mail(
                key=f"{key}:{staff.pk}", to=staff.email, subject=subject, text=text, useful_until=useful_until
            )


def _one_line(subject: str) -> str:
    """A line break in a subject would end the headers."""
    return " ".join(subject.split())[:LONGEST_SUBJECT]


@transaction.atomic
def queue_test_mail(*, actor: Staff | None, to: str) -> Mail:
    """A mail that says only that mails arrive; staff send it to themselves, the terminal to any address."""
    if actor is not None:
        require(actor, Permission.MANAGE_MAIL)
    with translation.override(actor.language if actor and actor.language else translation.get_language()):
        subject = _("Test mail from Recorrido")
        text = _("This mail was asked for to see whether mails of Recorrido arrive. They do.")
    mail = queue_mail(key=f"test:{uuid.uuid4()}", to=to, subject=subject, text=text)
    audit(actor=actor, action="mail.test_asked", subject="mail", subject_id=mail.pk, detail={"to": to})
    return mail


@transaction.atomic
def retry_mail(*, actor: Staff, mail_id: int) -> bool:
    """Try a mail again now that failed, waits, or was perhaps sent; False when it is on its way or was sent."""
    require(actor, Permission.MANAGE_MAIL)
    mail = Mail.objects.select_for_update().filter(pk=mail_id).first()
    if mail is None or not mail.may_be_retried:
        return False
    detail = {"from": mail.state, "to": str(MailState.WAITING), "why": mail.error}
    mail.state, mail.attempts, mail.next_try_at, mail.useful_until = MailState.WAITING, 0, clock.now(), None
    mail.save(update_fields=["state", "attempts", "next_try_at", "useful_until"])
    audit(actor=actor, action="mail.retried", subject="mail", subject_id=mail.pk, detail=detail)
    return True


def forget_old_mails() -> int:
    """Delete mails older than ninety days, however they ended; returns how many."""
    deleted, _by_model = Mail.objects.filter(created_at__lt=clock.now() - KEPT_FOR).delete()
    return deleted
