"""Tables of findings: each problem once, its figures run by run, what people decided on it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recorrido.company.models import Department
from recorrido.shared import clock


class FindingRunQuerySet(models.QuerySet["FindingRun"]):
    def newest(self) -> FindingRun | None:
        return self.order_by("-id").first()


class FindingRun(models.Model):
    """One look at one version of a journey log. ``summary`` holds what speaks of all findings together (see ``looking``):
    shares of contacts, the regular path, the money of all findings as one."""

    journey_type = models.CharField(_("journey type"), max_length=100)
    log_version = models.CharField(max_length=64)
    as_of = models.DateTimeField()  # the moment the log speaks of
    at = models.DateTimeField(default=clock.now)
    values = models.PositiveIntegerField(null=True)  # version of the value model; None: there was none
    found = models.PositiveIntegerField(default=0)  # without look-alikes
    summary: models.JSONField[Any, Any] = models.JSONField(default=dict)

    objects = FindingRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding run")

    def __str__(self) -> str:
        return f"{self.journey_type} {self.log_version}"


class FindingStatus(models.TextChoices):
    NEW = "new", _("new")
    ACCEPTED = "accepted", _("accepted")
    DISMISSED = "dismissed", _("dismissed")
    DISPUTED = "disputed", _("disputed")
    GONE = "gone", _("gone")
    LOOK_ALIKE = "look_alike", _("seems so, but is not")


OPEN = (FindingStatus.NEW, FindingStatus.ACCEPTED, FindingStatus.DISPUTED)
DECIDED_BY_PEOPLE = (FindingStatus.ACCEPTED, FindingStatus.DISMISSED, FindingStatus.DISPUTED)


class Finding(models.Model):
    """Something the analysis says is wrong. Its identity is what is wrong, where, why and whose it is; the figures of the
    newest run that found it stand beside it, older ones in its ``FindingFigure`` rows."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=64)  # the library's name of the five below
    step = models.CharField(max_length=200)
    cause_attribute = models.CharField(max_length=100, blank=True)
    cause_value = models.CharField(max_length=200, blank=True)
    department = models.CharField(max_length=40, blank=True)  # slug; "": nobody's
    status = models.CharField(_("status"), max_length=10, choices=FindingStatus, default=FindingStatus.NEW)
    returned = models.BooleanField(default=False)  # it was gone, and was found again
    first_run = models.ForeignKey(FindingRun, models.PROTECT, related_name="+")
    last_run = models.ForeignKey(FindingRun, models.PROTECT, related_name="+")  # that found it
    journeys = models.PositiveIntegerField(default=0)
    money = models.FloatField(null=True)  # expected a month; None: no value model, or nothing comparable
    detail: models.JSONField[Any, Any] = models.JSONField(default=dict)  # as the library told it, newest run
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("finding")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "step", "cause_attribute", "cause_value", "department"], name="finding_once"
            ),
            models.CheckConstraint(condition=Q(status__in=FindingStatus.values), name="finding_status_known"),
        ]
        indexes: ClassVar = [
            # queries.find_findings: the list by money
            models.Index(F("money").desc(nulls_last=True), "id", name="finding_by_money"),
        ]

    def __str__(self) -> str:
        cause = f" {self.cause_attribute}={self.cause_value}" if self.cause_attribute else ""
        return f"{self.kind} {self.step}{cause}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_look_alike(self) -> bool:
        return self.status == FindingStatus.LOOK_ALIKE


class FindingFigure(models.Model):
    """What one run said of one finding: journeys of the log, money a month."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="+")
    run = models.ForeignKey(FindingRun, models.CASCADE, related_name="+")
    journeys = models.PositiveIntegerField()
    low = models.FloatField(null=True)
    expected = models.FloatField(null=True)
    high = models.FloatField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    discarded = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("finding figure")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["finding", "run"], name="finding_figure_once_a_run")
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.run_id}"


class FindingJourneys(models.Model):
    """Which journeys one look blamed on a finding, by name: what a click on its figure lists. Only the newest look's are kept."""

    log_version = models.CharField(max_length=64)
    key = models.CharField(max_length=64)  # the library's name of the finding
    names = models.BinaryField()  # zlib of the names, a line each

    class Meta:
        verbose_name = _("finding journeys")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log_version", "key"], name="finding_journeys_once")
        ]

    def __str__(self) -> str:
        return f"{self.log_version} {self.key}"


class FindingChange(models.Model):
    """One change of a finding's status. ``by`` None: the run that did no longer, or again, find it."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    run = models.ForeignKey(FindingRun, models.SET_NULL, null=True, related_name="+")
    before = models.CharField(max_length=10, choices=FindingStatus, blank=True)  # "": it was found first
    after = models.CharField(max_length=10, choices=FindingStatus)
    why = models.TextField(blank=True)

    class Meta:
        verbose_name = _("finding change")
        indexes: ClassVar = [
            models.Index(fields=["finding", "-id"], name="finding_changes"),  # queries.history_of
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.before} → {self.after}"


class DisputedJourney(models.Model):
    """A journey drawn when a finding was disputed, for people to look at one by one: it is kept as it stood then."""

    change = models.ForeignKey(FindingChange, models.CASCADE, related_name="+")
    journey = models.CharField(max_length=200)
    person = models.BigIntegerField(null=True)
    started = models.DateTimeField()
    steps: models.JSONField[Any, Any] = models.JSONField(default=list)  # [[step, moment], …]

    class Meta:
        verbose_name = _("disputed journey")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["change", "journey"], name="disputed_journey_once")
        ]

    def __str__(self) -> str:
        return self.journey


class Improvement(models.Model):
    """What is done about a finding: whose it is, from when to when it is planned. Its effect is measured later."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    what = models.TextField(blank=True)
    starts_on = models.DateField(_("begins"), null=True)
    ends_on = models.DateField(_("done by"), null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("improvement")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="improvement_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["finding"], condition=Q(dropped_at__isnull=True), name="improvement_one_a_finding"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.department_id}"
