"""What people wrote into the calendar. Holidays and versions of the design stand in it by themselves and are no rows."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from recorrido.shared import clock


class EntryKind(models.TextChoices):
    PROMOTION = "promotion", _("promotion")
    RELEASE = "release", _("release")
    PROCESS = "process", _("process")
    OTHER = "other", _("other")


class CalendarEntryQuerySet(models.QuerySet["CalendarEntry"]):
    def standing(self) -> CalendarEntryQuerySet:
        return self.filter(removed_at=None)


class CalendarEntry(models.Model):
    """Something that was changed on a day. A removed one stays as a row: it says who removed it, and that the calendar is
    another since. ``edition``: the number of the calendar's change that wrote the row last."""

    date = models.DateField(_("Day"))
    label = models.CharField(_("What was changed"), max_length=120)
    kind = models.CharField(_("Kind"), max_length=10, choices=EntryKind, default=EntryKind.OTHER)
    touchpoint = models.CharField(_("Touchpoint"), max_length=100, blank=True)  # key of the blueprint
    department = models.CharField(_("Department"), max_length=40, blank=True)  # slug of the blueprint
    edition = models.PositiveIntegerField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    written_at = models.DateTimeField(default=clock.now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    objects = CalendarEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar entry")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["date", "label"], condition=Q(removed_at=None), name="calendar_entry_once_a_day"
            ),
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="calendar_entry_kind_known"),
        ]
        indexes: ClassVar = [
            # queries.edition: by which calendar an analysis was worked out; every page of such an analysis
            models.Index(fields=["-edition"], name="calendar_edition"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.label}"

    @property
    def fields(self) -> dict[str, Any]:
        """What people may change, as plain values."""
        return {
            "date": self.date.isoformat(),
            **{name: getattr(self, name) for name in ("label", "kind", "touchpoint", "department")},
        }


EDITION = Coalesce(Subquery(CalendarEntry.objects.order_by("-edition").values("edition")[:1]), Value(0))
"""The calendar as it is now, within another question; 0: nobody wrote anything yet."""
