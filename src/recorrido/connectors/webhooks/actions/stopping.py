"""Endpoints that stop by themselves: the receiver said goodbye, or has not been there for days."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from recorrido.company.access import Permission, may
from recorrido.company.actions import alarm_staff
from recorrido.company.actions.audit import apply_changes
from recorrido.connectors.webhooks.actions.hands import Hand
from recorrido.connectors.webhooks.models import DisabledReason, Endpoint, EndpointState
from recorrido.events.actions import ensure_source, record_events
from recorrido.events.records import NewEvent
from recorrido.shared import clock

PERSISTENT = timedelta(days=3)
USEFUL = timedelta(hours=24)
SOURCE = "recorrido"


def stop_gone(endpoint: Endpoint) -> None:
    """410: the receiver wants nothing more."""
    _stop(endpoint, DisabledReason.GONE)


def stop_failing(endpoint: Endpoint) -> None:
    """A delivery used up its tries, and nothing else arrived for three days either."""
    since = endpoint.failing_since
    if since is not None and clock.now() - since >= PERSISTENT:
        _stop(endpoint, DisabledReason.FAILING)


def _stop(endpoint: Endpoint, reason: DisabledReason) -> None:
    """Disabled, written down, and told: as an event of the ledger, which alarms and other endpoints may follow."""
    if not endpoint.is_active:
        return
    now = clock.now()
    apply_changes(endpoint, {"state": EndpointState.DISABLED, "reason": reason, "disabled_at": now})
    Hand(key="").write_down("disabled", endpoint, {"why": str(reason.label)})
    event = NewEvent(
        message_id=f"webhook-{endpoint.pk}-disabled-{now.isoformat()}",
        type="webhook.disabled",
        at=now,
        properties={"endpoint_id": endpoint.pk, "url": endpoint.url, "reason": str(reason)},
    )
    record_events(source=ensure_source(name=SOURCE), events=[event])
    _tell_staff(endpoint, now)


def _tell_staff(endpoint: Endpoint, now: datetime) -> None:
    """A mail to each active member of staff who wants alarms and may mend it."""
    alarm_staff(
        key=f"webhook:{endpoint.pk}:disabled:{now.isoformat()}",
        concerns=lambda staff: may(staff, Permission.MANAGE_WEBHOOKS),
        words=lambda: _words(endpoint),
        useful_until=now + USEFUL,
    )


def _words(endpoint: Endpoint) -> tuple[str, str]:
    words = {"endpoint": str(endpoint), "url": endpoint.url, "reason": endpoint.get_reason_display()}
    sentence = _("Nothing is sent to %(url)s any more: %(reason)s.") % words
    mend = _("For three days messages are kept. Look at it under Data, Webhooks, and enable it there.")
    where = (
        f"\n\n{settings.RECORRIDO_URL.rstrip('/')}/data/webhooks/{endpoint.pk}/"
        if settings.RECORRIDO_URL
        else ""
    )
    return _("Webhook disabled: %(endpoint)s") % words, f"{sentence}\n\n{mend}{where}"
