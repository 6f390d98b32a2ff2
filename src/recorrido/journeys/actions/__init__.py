"""The only writes of journeys: install a blueprint, build the logs."""

from recorrido.journeys.actions.install import install_blueprint

__all__ = ["install_blueprint"]
