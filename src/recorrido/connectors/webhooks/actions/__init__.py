"""The only writes to webhooks: endpoints by staff or by a key, messages by the follower, deliveries by the sender."""

from __future__ import annotations

from recorrido.connectors.webhooks.actions.collecting import collect
from recorrido.connectors.webhooks.actions.delivering import claim_due, conclude
from recorrido.connectors.webhooks.actions.endpoints import (
    create_endpoint,
    delete_endpoint,
    disable_endpoint,
    edit_endpoint,
    enable_endpoint,
    rotate_secret,
    send_test,
)
from recorrido.connectors.webhooks.actions.replaying import (
    discard_waiting,
    forget_old_messages,
    replay,
    replay_period,
)

__all__ = [
    "claim_due",
    "collect",
    "conclude",
    "create_endpoint",
    "delete_endpoint",
    "disable_endpoint",
    "discard_waiting",
    "edit_endpoint",
    "enable_endpoint",
    "forget_old_messages",
    "replay",
    "replay_period",
    "rotate_secret",
    "send_test",
]
