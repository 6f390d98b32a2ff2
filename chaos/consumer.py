"""``python -m chaos.consumer``: follows the ledger as any function of the product does, with an effect per event, and a
mail for each claim.

The table of effects has no unique index: if the consumer's bookmark and its effects ever parted, it would show.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chaos.story import CLAIM

if TYPE_CHECKING:
    from recorrido.events.queries import Recorded

CONSUMER = "chaos"
TABLE = "CREATE TABLE chaos_effect (event_id bigint NOT NULL, effect text NOT NULL, done_by integer NOT NULL)"
LIMIT = 300


def main() -> int:
    from recorrido.site import boot

    boot.setup()
    from django.db import Error, connection

    from recorrido.events.consumers import consume

    while True:
        try:
            taken = consume(consumer=CONSUMER, handle=take_effect, limit=LIMIT)
        except Error as error:
            print(f"chaos consumer: {error}", file=sys.stderr, flush=True)
            connection.close()
            time.sleep(0.2)
            continue
        if not taken:
            time.sleep(0.05)


def take_effect(events: Sequence[Recorded]) -> None:
    from recorrido.company.actions import queue_mail
    from recorrido.shared import sql

    for event in events:
        if event.type == CLAIM:
            queue_mail(
                key=f"chaos:{event.id}", to="cx@example.com", subject=subject(event.id), text="A claim."
            )
    sql.execute(
        "INSERT INTO chaos_effect SELECT unnest(%s::bigint[]), 'counted', %s",
        sql.array(event.id for event in events),
        os.getpid(),
    )


def subject(event: int) -> str:
    return f"Claim {event}"


if __name__ == "__main__":
    sys.exit(main())
