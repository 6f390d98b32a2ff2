from __future__ import annotations

from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    """No tables; an app so that its translations are found."""

    name = "recorrido.connectors"
    label = "connectors"
