"""Journeys: the blueprint, the journey logs built from the ledger, and what the pages ask of them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JourneysConfig(AppConfig):
    name = "recorrido.journeys"
    label = "journeys"
    verbose_name = _("Journeys")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What the library says of a blueprint is said in the reader's language."""
        from django.utils.translation import gettext

        from trayecto.blueprint import translate_with

        translate_with(gettext)
