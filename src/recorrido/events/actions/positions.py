"""Setting a consumer's bookmark by hand: back, to have things happen again, or on, to leave something out."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.events.actions.counting import CONSUMER, forget_counts
from recorrido.events.consumers import move_bookmark
from recorrido.events.errors import BadPosition
from recorrido.events.models import Bookmark, Stream
from recorrido.events.queries import changes_horizon, ledger_horizon


def move_consumer(*, actor: Staff | None, consumer: str, position: int) -> int:
    """Set where a consumer goes on from; returns the position that was set. Raises BadPosition.

    The counters of data health can only begin anew: set back, they start from 0.
    """
    with transaction.atomic():
        row = Bookmark.objects.select_for_update().filter(consumer=consumer).first()
        if row is None:
            raise BadPosition(_("There is no consumer “%(name)s”.") % {"name": consumer})
        horizon = ledger_horizon() if row.stream == Stream.EVENTS else changes_horizon()
        if not 0 <= position <= horizon:
            raise BadPosition(
                _("A position lies between 0 and %(horizon)s, where the stream ends now.")
                % {"horizon": horizon}
            )
        if consumer == CONSUMER and position < row.position:
            forget_counts()
            position = 0
        move_bookmark(consumer=consumer, position=position, stream=Stream(row.stream))
        detail = {"from": row.position, "to": position}
        audit(actor=actor, action="consumer.moved", subject="consumer", subject_id=consumer, detail=detail)
    return position
