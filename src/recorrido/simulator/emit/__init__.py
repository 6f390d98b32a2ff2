"""A simulated world told as events, each by the system that would know it."""

from __future__ import annotations

from recorrido.simulator.emit.blocks import Block, Teller
from recorrido.simulator.emit.business import tell_business
from recorrido.simulator.emit.delivery import tell_delivery
from recorrido.simulator.emit.presale import tell_presale
from recorrido.simulator.emit.sales import tell_sales
from recorrido.simulator.emit.service import tell_service
from recorrido.simulator.model import World

__all__ = ["Block", "tell"]


def tell(world: World) -> list[Block]:
    """All events of the kept period, one block per type and source, each block in time order."""
    teller = Teller(world)
    for part in (tell_presale, tell_sales, tell_delivery, tell_service, tell_business):
        part(teller)
    return teller.blocks
