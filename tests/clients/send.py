"""As node/send.js, with the official Python libraries: ``python send.py '{"library": …, "host": …, …}'``."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

FAILED: list[str] = []


def fail(error: object, items: object) -> None:
    FAILED.append(str(error))


def segment(told: dict[str, Any], **options: Any) -> Any:
    from segment.analytics.client import Client

    return Client(
        told["key"], host=told["host"], on_error=fail, upload_interval=0.2, upload_size=20, **options
    )


def rudder(told: dict[str, Any]) -> Any:
    from rudderstack.analytics.client import Client

    return Client(told["key"], host=told["host"], on_error=fail, upload_interval=0.2, upload_size=20)


LIBRARIES = {
    "segment-python": segment,
    "segment-python-gzip": lambda told: segment(told, gzip=True),
    "rudder-python": rudder,
}


def each_call(client: Any) -> None:
    client.identify("C-1", {"email": "ana@example.cl", "name": "Ana"})
    client.track("C-1", "Order Completed", {"order_id": "O-1", "total": 29990})
    client.page("C-1", None, "Inicio", {"url": "https://tienda.example/"})
    client.screen("C-1", None, "Carro")
    client.group("C-1", "G-1", {"name": "Acme"})
    client.alias("anonymous-1", "C-1")


def main(told: dict[str, Any]) -> None:
    client = LIBRARIES[told["library"]](told)
    if not told.get("count"):
        each_call(client)
    for number in range(told.get("count") or 0):
        client.track(f"C-{number % 50}", "Step", {"number": number})
        time.sleep(told["pause"] / 1000)
    client.flush()
    client.join()
    sys.exit("\n".join(FAILED) or None)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
