"""Stored analyses: long questions about a journey log, answered by the worker and kept by log version."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalysesConfig(AppConfig):
    name = "recorrido.journeys.analyses"
    label = "analyses"
    verbose_name = _("Analyses")
    default_auto_field = "django.db.models.BigAutoField"
