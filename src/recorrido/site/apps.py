from __future__ import annotations

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "recorrido.site"
    label = "recorrido_site"

    def ready(self) -> None:
        from recorrido.site import checks  # noqa: F401 – registers the checks
