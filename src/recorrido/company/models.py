"""The company: departments, stores, staff, API keys, and the audit log of what staff changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from recorrido.shared import clock


class Role(models.TextChoices):
    """What a member of staff is here for; ``company.access`` says what each role may do."""

    ADMIN = "admin", _("Administrator")
    CX_LEAD = "cx_lead", _("CX lead")
    ANALYST = "analyst", _("Analyst")
    AGENT = "agent", _("Agent")
    STORE = "store", _("Store staff")
    DEPARTMENT_HEAD = "department_head", _("Department head")


class Theme(models.TextChoices):
    SYSTEM = "system", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Department(models.Model):
    """A part of the company that owns steps of the journey."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Store(models.Model):
    """A place where customers are met in person."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    city = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=80, blank=True)
    country = models.CharField(max_length=2, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class StaffManager(BaseUserManager["Staff"]):
    def get_by_natural_key(self, username: str | None) -> Staff:
        """E-mail addresses are kept in lower case, and told apart without regard to it."""
        return self.get(email=(username or "").strip().lower())


class Staff(AbstractBaseUser):
    """Someone who works here and signs in by e-mail. Never deleted, only made inactive."""

    email = models.EmailField(_("E-mail"), max_length=254, unique=True)
    name = models.CharField(_("Name"), max_length=120)
    role = models.CharField(_("Role"), max_length=20, choices=Role.choices)
    language = models.CharField(_("Language"), max_length=5, blank=True)
    theme = models.CharField(_("Theme"), max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Department")
    )
    store = models.ForeignKey(
        Store, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Store")
    )
    is_active = models.BooleanField(_("Active"), default=True)
    alarms = models.BooleanField(_("Alarms by e-mail"), default=True)
    joined_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar[StaffManager] = StaffManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name", "role"]

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="staff_email_lower_case"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="staff_role_known"),
            models.CheckConstraint(condition=models.Q(theme__in=Theme.values), name="staff_theme_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["name", "id"], name="staff_by_name"),  # web.staff list, keyset paging
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


class AuditEntry(models.Model):
    """One state change: who, when, what, from, to, why. Rows are never changed or deleted (a trigger refuses)."""

    at = models.DateTimeField(default=clock.now)
    actor = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")  # null: the system itself
    actor_name = models.CharField(max_length=254, blank=True)  # as it was then; searched without a join
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=80, blank=True)
    detail: models.JSONField[Any, Any] = models.JSONField(default=dict)  # by custom: from, to, why

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-id", "action"], name="audit_newest"),  # web.staff audit list
            models.Index(
                fields=["subject", "subject_id", "-id"], name="audit_of_subject"
            ),  # history of one thing
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject} {self.subject_id}"


class SignInAttempt(models.Model):
    """One try to sign in, kept to slow down guessing; old rows are deleted by a task."""

    at = models.DateTimeField(default=clock.now)
    email_digest = models.CharField(
        max_length=64
    )  # a wrong e-mail is often a password typed in the wrong box
    address = models.GenericIPAddressField(null=True)
    succeeded = models.BooleanField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["email_digest", "at"], name="attempt_by_email"),  # company.queries.failures
            models.Index(fields=["address", "at"], name="attempt_by_address"),  # company.queries.failures
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.address}"


class Scope(models.TextChoices):
    """What a program with an API key may do."""

    INGEST = "ingest", _("Send events")
    READ_PERSONS = "read:persons", _("Read persons")
    READ_EVENTS = "read:events", _("Read events")
    READ_JOURNEYS = "read:journeys", _("Read journeys")
    WRITE_EVENTS = "write:events", _("Write events")
    MANAGE_WEBHOOKS = "manage:webhooks", _("Manage webhooks")


class ApiKey(models.Model):
    """What a program signs in with. Only a hash of its secret is kept; the prefix tells keys apart.

    After a rotation the secret before it goes on working until ``previous_until``. A key that sends events (a *write
    key*) names their source, and how its clients' events are read: the channel where they name none, the kind of
    identifier their ``userId`` is, the country of phone numbers without a prefix.
    """

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16, unique=True)
    hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret, in hex.")
    previous_prefix = models.CharField(max_length=16, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    previous_until = models.DateTimeField(null=True)
    scopes = ArrayField(models.CharField(max_length=32))
    source = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=16, blank=True)
    user_kind = models.CharField(max_length=32, default="customer")
    country = models.CharField(max_length=2, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    rotated_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(scopes=[]), name="apikey_has_scopes"),
            models.CheckConstraint(
                condition=~models.Q(scopes__contains=["ingest"]) | ~models.Q(source=""),
                name="apikey_ingest_has_source",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["name", "id"], name="apikey_by_name"),  # web.keys list, keyset paging
        ]

    def __str__(self) -> str:
        return self.name

    def allows(self, scope: str) -> bool:
        return scope in self.scopes

    def accepts_previous(self, now: datetime) -> bool:
        """Whether the secret before the last rotation still works."""
        return bool(self.previous_hash) and self.previous_until is not None and now < self.previous_until

    @property
    def scope_names(self) -> list[str]:
        labels = dict(Scope.choices)
        return [str(labels.get(scope, scope)) for scope in self.scopes]


class MailState(models.TextChoices):
    """``SENDING`` may be taken over by another sender, ``HANDED`` never: the server may have the mail already."""

    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    HANDED = "handed", _("being handed over")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    UNSURE = "unsure", _("perhaps sent")


class Mail(models.Model):
    """One e-mail to one recipient on its way out, unique by its key: what asks twice for the same mail gets one."""

    key = models.CharField(max_length=200, unique=True)  # actions.queue_mail: "incident.opened:7:ana@…"
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=MailState.choices, default=MailState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)  # also says whose claim it is
    next_try_at = models.DateTimeField(default=clock.now)  # of a claimed mail: when the claim lapses
    useful_until = models.DateTimeField(null=True)  # an alarm of last week helps nobody
    error = models.TextField(blank=True)  # the last reason, in the server's words
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(state__in=MailState.values), name="mail_state_known"),
        ]
        indexes: ClassVar = [
            # actions.sending: the next mail that is due; a few rows, whatever was sent before
            models.Index(
                fields=["next_try_at", "id"],
                name="mail_due",
                condition=models.Q(state__in=("waiting", "sending", "handed")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"

    @property
    def may_be_retried(self) -> bool:
        return self.state in (MailState.WAITING, MailState.FAILED, MailState.UNSURE)
