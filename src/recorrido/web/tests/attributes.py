"""A design whose journeys carry attributes of every kind, for tests of how conditions are said."""

DESIGN = """
blueprint: conditions
currency: CLP
time_zone: America/Santiago
departments: {web: {}}
touchpoints:
  placed: {event: order.placed, stage: payment, owner: web, label: {es: Pedido hecho, en: Order placed}}
  viewed: {event: page.viewed, stage: consideration, owner: web, label: {es: Página vista, en: Page viewed}}
journeys:
  order:
    key: order
    goal: placed
    attributes:
      amount: {first: amount, type: number, label: {es: Monto, en: Amount}}
      items: {first: items, type: number, label: {es: Artículos, en: Items}}
      way: {first: channel, segment: yes, label: {es: Canal, en: Channel}}
      first_order: {first: first_order, type: flag, segment: yes, label: {es: Primera compra, en: First order}}
      delivery: {first: delivery, segment: yes, label: {es: Entrega, en: Delivery}, values: {ship: {es: a domicilio, en: home delivery}}}
      carrier: {first: carrier, segment: yes, label: {es: Transportista, en: Carrier}}
    value: amount
"""
