"""Findings, and the improvements they begin."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImproveConfig(AppConfig):
    name = "recorrido.improve"
    label = "improve"
    verbose_name = _("Improvements")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The worker looks for findings by itself, whenever journeys were built anew; a click on one lists its journeys."""
        from recorrido.improve.actions import take_in
        from recorrido.improve.looking import applies, look
        from recorrido.improve.queries import FINDINGS, select_behind
        from recorrido.journeys.analyses.registry import Kind, register
        from recorrido.journeys.queries import register_selection

        register(Kind(FINDINGS, run=look, scheduled=True, first=True, applies=applies, afterwards=take_in))
        register_selection("finding", select_behind)
