"""Files brought through the browser, and how far each has come."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recorrido.events.models import ImportRun
from recorrido.journeys.models import BlueprintDraft
from recorrido.shared import clock


class UploadState(models.TextChoices):
    LOOKING = "looking", _("being looked at")
    UNREADABLE = "unreadable", _("cannot be read")
    WRITTEN = "written", _("asks how it is written")
    COLUMNS = "columns", _("asks what its columns are")
    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("ready to import")
    IMPORTING = "importing", _("being imported")
    IMPORTED = "imported", _("imported")
    THROWN = "thrown", _("thrown away")


MOVING = (UploadState.LOOKING, UploadState.CHECKING, UploadState.IMPORTING)
"""States in which the worker is at it."""


class Upload(models.Model):
    """One file: where it lies, what was guessed, what a person confirmed, what became of it."""

    name = models.CharField(_("name"), max_length=200)
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=UploadState, default=UploadState.LOOKING)
    stage = models.CharField(max_length=200, blank=True)  # what the worker does just now, in words
    percent = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)  # why it stopped, and how to mend that
    looked = models.JSONField(default=dict)  # container, sheets, encodings, delimiters, layout
    written = models.JSONField(default=dict)  # ``Written``, confirmed
    guessed = models.JSONField(default=dict)  # columns and shape
    answers = models.JSONField(default=dict)  # ``Answers``, confirmed
    header_sha256 = models.CharField(
        max_length=64, blank=True
    )  # of the columns' names: the next file of this kind
    mapping = models.TextField(blank=True)  # YAML, made from the answers
    checked = models.JSONField(default=dict)  # ``Check``: what an import would do
    run = models.ForeignKey(ImportRun, models.SET_NULL, null=True, related_name="+", db_index=False)
    draft = models.ForeignKey(BlueprintDraft, models.SET_NULL, null=True, related_name="+", db_index=False)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True)  # when its file left the data folder; answers stay

    class Meta:
        verbose_name = _("upload")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(percent__lte=100), name="upload_percent"),
        ]
        indexes: ClassVar = [
            # uploads.queries.answered_before(): the last file with the same columns
            models.Index(fields=["header_sha256", "-id"], name="upload_header", condition=~Q(mapping="")),
            # uploads.queries.same_content(): was this very file here before
            models.Index(fields=["sha256", "-id"], name="upload_sha256"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def moving(self) -> bool:
        return self.state in MOVING

    @property
    def open(self) -> bool:
        """Whether somebody still has to answer or to import."""
        return self.removed_at is None and self.state not in (UploadState.IMPORTED, UploadState.THROWN)

    @property
    def folder(self) -> Path:
        return Path(settings.RECORRIDO_DATA) / "uploads" / str(self.id)

    @property
    def file(self) -> Path:
        """The file as it came, under its own name."""
        return self.folder / "file" / self.name

    @property
    def rejects_file(self) -> Path:
        return self.folder / "rejects.csv"
