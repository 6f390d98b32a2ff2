"""A small shop whose journeys leave their design in known ways."""

SHOP = """\
blueprint: shop
country: CL
time_zone: America/Santiago
departments: {shop: {label: Tienda}, depot: {label: Bodega}, idle: {label: Sin pasos}}
touchpoints:
  placed: {event: order.placed, stage: checkout, owner: shop, label: Pedido}
  shipped: {event: order.shipped, stage: delivery, owner: depot, label: Despacho, promise: {within: 2d, since: placed}}
  delivered: {event: order.delivered, stage: delivery, owner: depot, label: Entrega}
  gift: {event: gift.wrapped, stage: delivery, owner: depot, label: Regalo}
  packaging: {stage: delivery, owner: depot, label: Embalaje}
  call: {event: contact.received, stage: service, owner: shop, nature: support, label: Llamada}
journeys:
  order:
    key: order
    label: Pedido
    goal: delivered
    path: [placed, packaging, shipped, delivered]
    exceptions: {wrapped: [placed, gift, shipped, delivered]}
    rules: [{step: delivered, needs: shipped}]
"""
CALLED, UNSENT, LATE, FINE = 12, 5, 15, 40
EARLIER = 3


def events_of(ledgers):
    """Twelve called, five never shipped, fifteen late, forty as designed; three were placed before the
    first event; one event of a type that nobody designed."""
    kinds = ["called"] * CALLED + ["unsent"] * UNSENT + ["late"] * LATE + ["fine"] * FINE
    found = [ledgers.event("box.weighed", 3, order="o0")]
    for number, kind in enumerate(kinds):
        steps = [("order.placed", 0), ("order.shipped", 3 if kind == "late" else 1), ("order.delivered", 4)]
        steps += [("contact.received", 2)] if kind == "called" else []
        steps = [step for step in steps if (kind, step[0]) != ("unsent", "order.shipped")]
        found += ledgers.order(number, start=number / 10, steps=iter(steps))
    for number in range(len(kinds), len(kinds) + EARLIER):
        steps = [("order.shipped", 0), ("order.delivered", 1)]
        found += ledgers.order(number, start=0, steps=iter(steps))
    return found
