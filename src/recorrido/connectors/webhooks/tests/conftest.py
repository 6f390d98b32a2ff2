from __future__ import annotations

from collections.abc import Iterator

import pytest

from recorrido.connectors.webhooks.tests.receivers import Receiver, running


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    """A receiver in a process of its own, at an address that the installation allows."""
    settings.RECORRIDO_WEBHOOK_ALLOW = ["127.0.0.0/8"]
    with running() as receiver:
        yield receiver
