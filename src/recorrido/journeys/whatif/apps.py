"""What if."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WhatIfConfig(AppConfig):
    name = "recorrido.journeys.whatif"
    label = "whatif"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("What if")

    def ready(self) -> None:
        """What can be changed is worked out for every new base; an answer only when somebody asks."""
        from recorrido.journeys.analyses.registry import Kind, register
        from recorrido.journeys.whatif import queries

        register(Kind(queries.CHOICES, run=queries.choices, scheduled=True, applies=queries.applies))
        register(Kind(queries.ANSWER, run=queries.answer, applies=queries.applies))
