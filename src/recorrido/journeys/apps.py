"""Journeys: the blueprint, the journey logs built from the ledger, and what the pages ask of them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JourneysConfig(AppConfig):
    name = "recorrido.journeys"
    label = "journeys"
    verbose_name = _("Journeys")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What the library says of a blueprint is said in the reader's language; what can be worked out is known."""
        from django.utils.translation import gettext

        from recorrido.journeys.conformance.analysis import register_deviations
        from trayecto.blueprint import translate_with

        translate_with(gettext)

        from recorrido.journeys.analyses.registry import register
        from recorrido.journeys.driving import KINDS
        from recorrido.journeys.gating import KIND
        from recorrido.journeys.leaving import LEAVING_KIND, REGULAR_KIND

        for kind in (KIND, REGULAR_KIND, LEAVING_KIND, *KINDS):
            register(kind)
        register_deviations()
