"""What contacts are for, where they are born, what customers leave."""

from django.apps import AppConfig


class DemandConfig(AppConfig):
    name = "recorrido.journeys.demand"
    label = "demand"

    def ready(self) -> None:
        from recorrido.journeys.demand import working

        working.register_kinds()
