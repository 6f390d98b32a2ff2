"""Changes that staff keep under a name, to open again when the journeys are newer."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from recorrido.shared import clock


class NamedChangesQuerySet(models.QuerySet["NamedChanges"]):
    def of_type(self, journey_type: str) -> NamedChangesQuerySet:
        """By name, as people read it."""
        return self.filter(journey_type=journey_type).order_by(Lower("name"))


class NamedChanges(models.Model):
    """``changes``: as the library writes them. Which log they are asked of is left open: always the newest."""

    id: int
    journey_type = models.CharField(_("journey type"), max_length=100)
    name = models.CharField(_("name"), max_length=100)
    changes = models.JSONField(default=list)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    saved_at = models.DateTimeField(default=clock.now)

    objects = NamedChangesQuerySet.as_manager()

    class Meta:
        verbose_name = _("named changes")
        constraints: ClassVar = [
            # of_type(): the list on the page
            models.UniqueConstraint("journey_type", Lower("name"), name="named_changes_once"),
        ]

    def __str__(self) -> str:
        return self.name
