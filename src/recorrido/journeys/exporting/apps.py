from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExportingConfig(AppConfig):
    name = "recorrido.journeys.exporting"
    label = "exporting"
    verbose_name = _("Exported events")
    default_auto_field = "django.db.models.BigAutoField"
