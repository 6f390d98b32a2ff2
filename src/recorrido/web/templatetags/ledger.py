"""Words for reasons, findings and jobs, and addresses that keep their filters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from recorrido.events.models import Alarm, LedgerJob, RetentionRule
from recorrido.events.queries import sentence_of
from recorrido.web.ledger.reasons import Words, reason_of
from recorrido.web.templatetags.journeys import length_of

register = template.Library()


@register.filter
def reason_title(code: str) -> Words:
    return reason_of(code).title


@register.filter
def reason_advice(code: str) -> Words:
    return reason_of(code).advice


@register.filter
def alarm_sentence(alarm: Alarm) -> str:
    return sentence_of(alarm.code, alarm.facts)


@register.filter
def severity_label(severity: str) -> str:
    return {"bad": _("serious"), "warn": _("look at it"), "good": _("in order")}.get(severity, severity)


@register.filter
def span(length: timedelta | None) -> str:
    """A timedelta in words; a dash for none."""
    return "–" if length is None else length_of(max(0.0, length.total_seconds()))


@register.filter
def within(seconds: int | None) -> str:
    """The upper end of a bucket of lags: "≤ 10 s"."""
    return "–" if seconds is None else f"≤ {length_of(seconds)}"


@register.filter
def stream_label(stream: str) -> str:
    return {"events": _("events"), "people": _("changes of persons")}.get(stream, stream)


@register.filter
def job_label(kind: str) -> str:
    labels = {
        LedgerJob.REPLAY: _("Replay from quarantine"),
        LedgerJob.DISCARD: _("Discard from quarantine"),
        LedgerJob.REMAP: _("Apply a remapping"),
        LedgerJob.UNDO: _("Undo a remapping"),
    }
    return labels.get(kind, kind)


@register.filter
def job_state(state: str) -> str:
    labels = {
        LedgerJob.QUEUED: _("waits for the worker"),
        LedgerJob.RUNNING: _("running"),
        LedgerJob.DONE: _("done"),
        LedgerJob.FAILED: _("stopped"),
    }
    return labels.get(state, state)


@register.filter
def count_label(name: str) -> str:
    """What a job counts."""
    labels = {
        "recorded": _("recorded"),
        "duplicates": _("in the ledger already"),
        "refused": _("refused again"),
        "discarded": pgettext("several events", "discarded"),
        "changed": pgettext("several events", "changed"),
    }
    return labels.get(name, name)


@register.filter
def retention_label(kind: str) -> str:
    labels = {
        RetentionRule.EMPTY: _("Empty the properties"),
        RetentionRule.FORGET: _("Forget the person of anonymous visits"),
    }
    return labels.get(kind, kind)


@register.filter
def policy_label(policy: str) -> str:
    return {"note": _("notes"), "refuse": _("refuses")}.get(policy, policy)


@register.simple_tag(takes_context=True)
def address_with(context: dict[str, Any], **changed: Any) -> str:
    """This page with some fields of its address changed; "" leaves a field out. A new question begins at page one."""
    fields = context["request"].GET.copy()
    fields.pop("after", None)
    for name, value in changed.items():
        fields.pop(name, None)
        if value not in ("", None):
            fields[name] = str(value)
    return f"{context['request'].path}?{fields.urlencode()}"
