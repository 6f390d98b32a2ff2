"""Registers the object map among the analyses that are worked out by themselves."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ObjectsConfig(AppConfig):
    name = "recorrido.journeys.objects"
    label = "object_maps"
    verbose_name = _("Object maps")

    def ready(self) -> None:
        from recorrido.journeys.analyses.registry import Kind, register
        from recorrido.journeys.objects.ledger import KIND, is_default, map_of_ledger

        register(Kind(KIND, run=map_of_ledger, scheduled=True, applies=is_default))
