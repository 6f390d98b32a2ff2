"""What an installation needs before the trial: keys, a blueprint with its first log, a receiver of webhooks, a consumer's
table. Call it with this process as one of the installation's.
"""

from __future__ import annotations

from chaos import consumer
from chaos.story import CLAIM, TRACKS

SOURCES = ("shop", "app", "pos")
JOURNEYS = "order"
FIRST_ORDERS = 5  # a log is built once something happened
STAGES = ("consideration", "decision", "checkout", "payment", "return", "service")
BLUEPRINT = """\
blueprint: chaos
time_zone: America/Santiago
country: CL
currency: CLP
departments:
  web: {}
touchpoints:
%s
journeys:
  order:
    key: order
    goal: step_3
    attributes:
      amount: {total: total, of: step_0}
    value: amount
"""


def prepare(webhooks: int) -> list[str]:
    """Everything; returns the secret of a key for each source. ``webhooks``: the receiver's port."""
    from django.db import connection

    from recorrido.company.actions import make_api_key

    with connection.cursor() as cursor:
        cursor.execute(consumer.TABLE)
    _draw_journeys()
    _subscribe(webhooks)
    keys = [
        make_api_key(actor=None, name=source, scopes=["ingest"], source=source, country="CL")
        for source in SOURCES
    ]
    connection.close()
    return [secret for _, secret in keys]


def _draw_journeys() -> None:
    from recorrido.events.actions import ensure_source, record_events
    from recorrido.events.records import NewEvent
    from recorrido.journeys.actions import build_now, install_blueprint
    from recorrido.shared import clock

    install_blueprint(source=BLUEPRINT % _touchpoints(), file_name="chaos.yaml", actor=None)
    first = [
        NewEvent(f"first-{n}", TRACKS[0], clock.now(), "web", (), (("order", f"first-{n}"),), {"total": 1})
        for n in range(FIRST_ORDERS)
    ]
    record_events(source=ensure_source(name="first", country="CL"), events=first)
    build_now(journey_type=JOURNEYS, actor=None)


def _touchpoints() -> str:
    return "\n".join(
        f"  step_{number}: {{event: {name}, stage: {stage}, owner: web, importance: 3}}"
        for number, (name, stage) in enumerate(zip(TRACKS, STAGES, strict=True))
    )


def _subscribe(port: int) -> None:
    from recorrido.connectors.webhooks.actions import create_endpoint
    from recorrido.connectors.webhooks.actions.hands import Hand

    url = f"http://127.0.0.1:{port}/"
    create_endpoint(hand=Hand(key="chaos"), url=url, description="chaos", event_types=[CLAIM])
