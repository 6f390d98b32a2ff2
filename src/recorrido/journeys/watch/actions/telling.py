"""Mails about incidents: one when trouble begins, one when all of it is over, however many touchpoints it shows at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from recorrido.company.actions import alarm_staff
from recorrido.company.models import Role, Staff
from recorrido.journeys.watch.detection import Kind
from recorrido.journeys.watch.models import Incident
from recorrido.journeys.watch.queries import incidents_together

USEFUL = timedelta(hours=24)


def tell_opened(opened: Sequence[Incident], now: datetime) -> None:
    """A mail per trouble, to each who was not told of it yet: what joins it later may have another owner."""
    for root in sorted({incident.root_id for incident in opened}):
        _mail([incident for incident in opened if incident.root_id == root], "opened", now)


def tell_closed(now: datetime) -> None:
    """A mail per trouble of which the last incident closed at this moment."""
    told: set[int] = set()
    for incident in Incident.objects.filter(closed_at=now).order_by("id"):
        others = incidents_together(incident)
        if incident.root_id not in told and not any(other.is_open for other in others):
            told.add(incident.root_id)
            _mail(sorted([incident, *others], key=lambda one: one.pk), "closed", now)


def _mail(together: Sequence[Incident], what: str, now: datetime) -> None:
    owners = {incident.owner for incident in together}
    alarm_staff(
        key=f"incident:{together[0].root_id}:{what}",
        concerns=lambda staff: _concerns(staff, owners),
        words=lambda: _words(together, what),
        useful_until=now + USEFUL,
    )


def _concerns(staff: Staff, owners: set[str]) -> bool:
    """Administrators and CX leads, and the heads of the departments it concerns."""
    if staff.role == Role.DEPARTMENT_HEAD:
        return staff.department is not None and staff.department.slug in owners
    return staff.role in (Role.ADMIN, Role.CX_LEAD)


def _words(together: Sequence[Incident], what: str) -> tuple[str, str]:
    first, language = together[0], translation.get_language() or "es"
    name = first.label(language)
    more = len(together) - 1
    subject = (_("Incident: %(name)s") if what == "opened" else _("Over: %(name)s")) % {"name": name}
    if more:
        subject += " " + _("and %(number)d more") % {"number": more}
    lines = [sentence(incident) if what == "opened" else _over(incident) for incident in together]
    return subject, "\n".join([*lines, "", *_where(first)])


def sentence(incident: Incident) -> str:
    """What happened, in one sentence with its figures."""
    facts = {
        "name": incident.label(translation.get_language() or "es"),
        "since": _moment(incident.first_minute),
        "seen": incident.seen,
        "usual": _figure(incident.expected),
        "minutes": incident.minutes,
        "persons": incident.persons or 0,
    }
    if incident.kind == Kind.SILENCE:
        return _("%(name)s has been silent since %(since)s: %(seen)d events; usual: %(usual)s.") % facts
    if incident.kind == Kind.DROP:
        return _("%(name)s: only %(seen)d since %(since)s; usual: %(usual)s.") % facts
    words = _(
        "%(name)s: %(seen)d in %(minutes)d min since %(since)s; usual: %(usual)s. Persons: %(persons)d."
    )
    return words % facts


def _over(incident: Incident) -> str:
    facts = {
        "name": incident.label(translation.get_language() or "es"),
        "since": _moment(incident.first_minute),
        "until": _moment(incident.closed_at or incident.first_minute),
        "persons": incident.persons or 0,
    }
    return _("%(name)s: over, from %(since)s to %(until)s. Persons: %(persons)d.") % facts


def _moment(moment: datetime) -> str:
    return date_format(moment.astimezone(ZoneInfo(settings.TIME_ZONE)), "SHORT_DATETIME_FORMAT")


def _figure(number: float) -> str:
    return _("less than one") if number < 1 else number_format(round(number, 1 if number < 10 else 0))


def _where(incident: Incident) -> list[str]:
    """A link, where the installation knows its own address."""
    if settings.RECORRIDO_URL:
        return [f"{settings.RECORRIDO_URL.rstrip('/')}/journeys/incidents/{incident.root_id}/"]
    return [_("Look at it under Journeys, Incidents.")]
