from __future__ import annotations

from django.apps import AppConfig


class CompanyConfig(AppConfig):
    name = "recorrido.company"
    label = "company"
    default_auto_field = "django.db.models.BigAutoField"
