"""A small blueprint for tests; ``with_lines`` puts other lines into it."""

SMALL = """\
blueprint: small
departments:
  shop: {}
  finance: {label: {es: Finanzas, en: Finance}, country: CL}
touchpoints:
  order.placed:
    event: order.placed
    stage: checkout
    owner: shop
  call:
    event: contact.received
    channels: [phone]
    stage: service
    owner: shop
    nature: support
  refund.paid:
    event: refund.paid
    stage: return
    owner: finance
    promise: {working_days: 5, since: order.placed}
journeys:
  order:
    key: order
    goal: refund.paid
"""


def with_lines(before: str, after: str) -> str:
    assert before in SMALL
    return SMALL.replace(before, after, 1)
