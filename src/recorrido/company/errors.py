"""CompanyError
├── Forbidden        the role does not allow it
├── SignInRefused
│   ├── WrongCredentials
│   └── TooManyAttempts   temporary
├── PasswordRefused  the new password is too weak
├── KeyRefused       an API key that cannot be made or changed so
└── MailError
    ├── BadAddress      no e-mail can be sent there
    ├── MailServerAway  temporary: the server cannot be reached, or takes nothing from us
    ├── MailDelayed     temporary: not this mail now
    ├── MailRefused     never this mail
    └── MailUnsure      the connection ended while the mail was handed over
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class CompanyError(Exception):
    """Base of this module's expected failures: ``code`` for machines, ``str()`` a translated sentence."""

    code = "company_error"
    sentence: str | Promise = ""
    temporary = False

    def __str__(self) -> str:
        return str(self.args[0] if self.args else self.sentence)


class Forbidden(CompanyError, PermissionDenied):
    """Also Django's PermissionDenied, so that a page answers 403."""

    code = "forbidden"
    sentence = _("Your role does not allow this. Ask an administrator.")


class SignInRefused(CompanyError):
    code = "sign_in_refused"


class WrongCredentials(SignInRefused):
    """Says the same for an unknown address, a wrong password and an inactive account: it must not reveal which."""

    code = "wrong_credentials"
    sentence = _("The e-mail or the password is not right.")


class TooManyAttempts(SignInRefused):
    code = "too_many_attempts"
    sentence = _("Too many attempts. Wait fifteen minutes and try again.")
    temporary = True


class PasswordRefused(CompanyError):
    """``sentences``: every reason why the password is too weak, translated."""

    code = "password_refused"

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


class KeyRefused(CompanyError):
    """An API key that cannot be made or changed so; the sentence says why."""

    code = "key_refused"


class MailError(CompanyError):
    """``str()`` is what the mail server said, or why it could say nothing."""

    code = "mail_error"


class BadAddress(MailError):
    code = "bad_address"


class MailServerAway(MailError):
    code = "mail_server_away"
    temporary = True


class MailDelayed(MailError):
    code = "mail_delayed"
    temporary = True


class MailRefused(MailError):
    code = "mail_refused"


class MailUnsure(MailError):
    code = "mail_unsure"
