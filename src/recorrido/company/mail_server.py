"""One mail to one SMTP server, in steps: what goes wrong says whether the server can have the mail."""

from __future__ import annotations

import hashlib
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from recorrido.company.errors import MailDelayed, MailRefused, MailServerAway, MailUnsure
from recorrido.company.models import Mail

UNREACHABLE = (OSError, smtplib.SMTPException)  # TLS errors and timeouts are OSErrors
LONGEST_ANSWER = 500

Answer = tuple[int, bytes]


@dataclass(frozen=True)
class Letter:
    """A mail as it goes over the wire. Its Message-ID comes from its key, so a repeat by hand can be told as one."""

    to: str
    content: bytes

    @classmethod
    def of(cls, mail: Mail) -> Letter:
        sender = settings.DEFAULT_FROM_EMAIL
        name = hashlib.blake2b(mail.key.encode(), digest_size=16).hexdigest()
        domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
        headers = {"Message-ID": f"<{name}@{domain}>", "Auto-Submitted": "auto-generated"}
        message = EmailMultiAlternatives(mail.subject, mail.text, sender, [mail.to], headers=headers)
        if mail.html:
            message.attach_alternative(mail.html, "text/html")
        return cls(mail.to, message.message().as_bytes(linesep="\r\n"))  # type: ignore[call-arg]


def send(letter: Letter, *, before_handing_over: Callable[[], bool]) -> None:
    """Send a letter. ``before_handing_over`` is asked when all is agreed and nothing sent; False ends it there.

    Raises MailServerAway, MailDelayed and MailRefused when the server certainly does not have the mail, MailUnsure
    when the connection broke while it was handed over.
    """
    with _server() as server:
        _agree(server, letter)
        if not before_handing_over():
            return
        _hand_over(server, letter)


@contextmanager
def _server() -> Iterator[smtplib.SMTP]:
    backend = EmailBackend(fail_silently=False)
    try:
        backend.open()
    except UNREACHABLE as error:
        raise MailServerAway(_told(error)) from error
    try:
        assert backend.connection is not None
        yield backend.connection
    finally:
        with suppress(*UNREACHABLE):
            backend.close()


def _agree(server: smtplib.SMTP, letter: Letter) -> None:
    """Name sender and recipient. A sender that is refused is refused for every mail: the settings are wrong."""
    try:
        server.ehlo_or_helo_if_needed()
        sender = server.mail(parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
        if sender[0] >= 300:
            raise MailServerAway(_words(sender))
        recipient = server.rcpt(letter.to)
    except UNREACHABLE as error:
        raise MailServerAway(_told(error)) from error
    _judge(recipient)


def _hand_over(server: smtplib.SMTP, letter: Letter) -> None:
    try:
        answer = server.data(letter.content)
    except smtplib.SMTPDataError as error:  # the server would not even listen
        answer = (error.smtp_code, _bytes(error.smtp_error))
    except UNREACHABLE as error:
        raise MailUnsure(_told(error)) from error
    _judge(answer)


def _judge(answer: Answer) -> None:
    """4xx: another time; 5xx: never."""
    if answer[0] >= 500:
        raise MailRefused(_words(answer))
    if answer[0] >= 300:
        raise MailDelayed(_words(answer))


def _words(answer: Answer) -> str:
    return f"{answer[0]} {answer[1].decode(errors='replace')}"[:LONGEST_ANSWER].strip()


def _told(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _words((error.smtp_code, _bytes(error.smtp_error)))
    host = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    return f"{host}: {error or type(error).__name__}"[:LONGEST_ANSWER]


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
