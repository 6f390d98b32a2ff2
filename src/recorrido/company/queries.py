"""Reads of the company's tables that several callers share."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from recorrido.company.keyring import find_api_key
from recorrido.company.models import ApiKey, AuditEntry, Mail, MailState, SignInAttempt, Staff

__all__ = [
    "GUESSING_WINDOW",
    "failed_attempts",
    "find_api_key",
    "find_api_keys",
    "find_audit_entries",
    "find_mails",
    "find_staff",
    "has_mail_server",
    "has_staff",
    "mails_waiting",
]

GUESSING_WINDOW = timedelta(minutes=15)


def has_staff() -> bool:
    return Staff.objects.exists()


def find_staff(words: str = "") -> QuerySet[Staff]:
    """Staff whose name or e-mail holds the words, by name; departments and stores come along."""
    found = Staff.objects.select_related("department", "store").order_by("name", "id")
    return found.filter(Q(name__icontains=words) | Q(email__icontains=words)) if words else found


def find_audit_entries(words: str = "") -> QuerySet[AuditEntry]:
    """Audit entries, newest first, whose actor, action or subject holds the words."""
    found = AuditEntry.objects.order_by("-id")
    if not words:
        return found
    subject = Q(subject__icontains=words) | Q(subject_id=words)
    return found.filter(Q(actor_name__icontains=words) | Q(action__icontains=words) | subject)


def find_api_keys(words: str = "") -> QuerySet[ApiKey]:
    """API keys whose name, source or prefix holds the words, by name."""
    found = ApiKey.objects.order_by("name", "id")
    if not words:
        return found
    prefix = Q(prefix__startswith=words[:16]) | Q(previous_prefix__startswith=words[:16])
    return found.filter(Q(name__icontains=words) | Q(source__icontains=words) | prefix)


def failed_attempts(*, email_digest: str, address: str | None, now: datetime) -> dict[str, int]:
    """Failures of the last quarter of an hour: by e-mail, by address, and by both together."""
    recent = SignInAttempt.objects.filter(at__gt=now - GUESSING_WINDOW, succeeded=False)
    by_email, by_address = Q(email_digest=email_digest), Q(address=address)
    return recent.filter(by_email | by_address).aggregate(
        of_email=Count("id", filter=by_email),
        of_address=Count("id", filter=by_address),
        of_both=Count("id", filter=by_email & by_address),
    )


def find_mails(words: str = "") -> QuerySet[Mail]:
    """Mails out, newest first, whose recipient, subject or state holds the words."""
    found = Mail.objects.order_by("-id")
    if not words:
        return found
    return found.filter(Q(to__icontains=words) | Q(subject__icontains=words) | Q(state=words))


def mails_waiting() -> int:
    """How many mails have not found their way out yet."""
    return Mail.objects.filter(state=MailState.WAITING).count()


def has_mail_server() -> bool:
    """Whether RECORRIDO_SMTP_URL names a server; without one, mails wait."""
    return bool(settings.EMAIL_HOST)
