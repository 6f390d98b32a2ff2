"""Tables of journeys: immutable versions of blueprint and value model, and one row per build of a journey log."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recorrido.journeys.blueprint import Blueprint, read_blueprint
from recorrido.shared import clock
from trayecto.values import Values, read_values


class BlueprintVersionQuerySet(models.QuerySet["BlueprintVersion"]):
    def newest(self) -> BlueprintVersion | None:
        return self.order_by("-id").first()


class BlueprintVersion(models.Model):
    """One version of the design, never changed after it was installed. The newest row is the one in force."""

    name = models.CharField(_("name"), max_length=100)
    number = models.PositiveIntegerField(_("version"))
    digest = models.CharField(max_length=64)  # sha256 of the source, to see that nothing changed
    source = models.TextField()  # the YAML text as installed
    file_name = models.CharField(max_length=255)
    installed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    installed_at = models.DateTimeField(default=clock.now)

    objects = BlueprintVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("blueprint version")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "number"], name="blueprint_name_number")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"

    def read(self) -> Blueprint:
        return read_blueprint(self.source, self.file_name)


class ValueModelVersionQuerySet(models.QuerySet["ValueModelVersion"]):
    def newest(self) -> ValueModelVersion | None:
        return self.order_by("-id").first()


class ValueModelVersion(models.Model):
    """One version of what things are worth, never changed. The newest row is the one in force."""

    number = models.PositiveIntegerField(_("version"), unique=True)
    source = models.TextField()  # the YAML text
    file_name = models.CharField(max_length=255, blank=True)  # "": written in the browser
    installed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    installed_at = models.DateTimeField(default=clock.now)

    objects = ValueModelVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("value model version")

    def __str__(self) -> str:
        return str(self.number)

    def read(self) -> Values:
        return read_values(self.source, file=self.file_name or "values.yaml")


class BuildState(models.TextChoices):
    QUEUED = "queued", _("waiting")
    EXPORTING = "exporting", _("reading events")
    BUILDING = "building", _("building journeys")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


RUNNING_STATES = (BuildState.EXPORTING, BuildState.BUILDING)


class BuildReason(models.TextChoices):
    MANUAL = "manual", _("by hand")
    SCHEDULE = "schedule", _("on schedule")
    INSTALL = "install", _("new blueprint")


class JourneyBuildQuerySet(models.QuerySet["JourneyBuild"]):
    def newest_done(self, journey_type: str) -> JourneyBuild | None:
        return self.filter(journey_type=journey_type, state=BuildState.DONE).order_by("-id").first()

    def newest(self, journey_type: str) -> JourneyBuild | None:
        return self.filter(journey_type=journey_type).order_by("-id").first()

    def of_log(self, journey_type: str, version: str) -> JourneyBuild | None:
        """The build that made the base of a log version; it is named before the log is published."""
        rows = self.filter(journey_type=journey_type, log_version=version.partition(".")[0])
        return rows.order_by("-id").first()

    def running(self, journey_type: str) -> JourneyBuildQuerySet:
        return self.filter(journey_type=journey_type, state__in=RUNNING_STATES)


class JourneyBuild(models.Model):
    """One build of one journey type's log: its progress while it runs, its counts and log version when done."""

    journey_type = models.CharField(_("journey type"), max_length=100)
    blueprint = models.ForeignKey(BlueprintVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=BuildState, default=BuildState.QUEUED)
    reason = models.CharField(max_length=10, choices=BuildReason, default=BuildReason.MANUAL)
    percent = models.PositiveSmallIntegerField(default=0)
    events_total = models.BigIntegerField(null=True)  # events behind the horizon when the export began
    events_used = models.BigIntegerField(null=True)  # steps in the log; an event of two orders is two steps
    events_without_key = models.BigIntegerField(null=True)  # events that belong to no journey of this type
    events_left_out = models.BigIntegerField(
        null=True
    )  # events the blueprint leaves out of this type (``without``)
    unmatched = models.JSONField(default=list)  # [{type, channel, events}]: no touchpoint names them
    journeys = models.BigIntegerField(null=True)
    log_version = models.CharField(max_length=64, blank=True)  # the base it made; patches come on top of it
    bookmark = models.BigIntegerField(null=True)  # the log holds every event up to this ledger position
    as_of = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)
    error = models.TextField(blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JourneyBuildQuerySet.as_manager()

    class Meta:
        verbose_name = _("journey build")
        indexes: ClassVar = [
            # newest_done(): every page asks it
            models.Index(
                fields=["journey_type", "-id"], condition=Q(state="done"), name="journeybuild_newest_done"
            ),
            # of_log(): every page, and the follower
            models.Index(
                fields=["journey_type", "log_version"], condition=~Q(log_version=""), name="journeybuild_log"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(percent__lte=100), name="journeybuild_percent"),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(log_version=""), name="journeybuild_done_has_log"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.journey_type} {self.id}"

    @property
    def running(self) -> bool:
        return self.state in RUNNING_STATES

    @property
    def unmatched_events(self) -> int:
        return sum(entry["events"] for entry in self.unmatched)


class DraftState(models.TextChoices):
    OPEN = "open", _("being edited")
    INSTALLED = "installed", _("installed")
    DROPPED = "dropped", _("dropped")


class BlueprintDraft(models.Model):
    """A blueprint that is being written: a text that may still have mistakes, and is in force for nobody."""

    name = models.CharField(_("name"), max_length=100)
    source = models.TextField()  # YAML
    origin = models.CharField(max_length=255, blank=True)  # the file it was proposed from
    journey_type = models.CharField(max_length=100, blank=True)  # the one to look at first
    base = models.ForeignKey(
        BlueprintVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(_("state"), max_length=10, choices=DraftState, default=DraftState.OPEN)
    installed = models.ForeignKey(
        BlueprintVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("blueprint draft")

    def __str__(self) -> str:
        return self.name
