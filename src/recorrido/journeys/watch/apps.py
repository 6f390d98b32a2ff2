"""The live watch: how much is usual of everything, what is not usual now, and the incidents that follow."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WatchConfig(AppConfig):
    name = "recorrido.journeys.watch"
    label = "watch"
    verbose_name = _("Incidents")
    default_auto_field = "django.db.models.BigAutoField"
