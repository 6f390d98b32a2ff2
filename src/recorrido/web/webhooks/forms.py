from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recorrido.connectors.webhooks.models import Endpoint
from recorrido.shared import clock


class EndpointForm(forms.Form):
    url = forms.CharField(
        label=_("Address"),
        max_length=2_000,
        help_text=_("Where messages are posted to, such as https://shop.example/hooks."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(label=_("Description"), max_length=200, required=False)
    event_types = forms.CharField(
        label=_("Event types"),
        help_text=_(
            "One a line: order.placed, or order.* for all that begin so. Also person.merged, person.unmerged, "
            "incident.opened, incident.closed."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    with_properties = forms.BooleanField(
        label=_("Also send the event's properties"),
        required=False,
        help_text=_("They may hold personal data. Without them a message has ids and times only."),
    )
    with_identifiers = forms.BooleanField(
        label=_("Also send the person's identifiers"),
        required=False,
        help_text=_("E-mail, telephone, customer number of the person."),
    )

    @classmethod
    def initial_of(cls, endpoint: Endpoint) -> dict[str, Any]:
        fields = {name: getattr(endpoint, name) for name in cls.base_fields}
        return fields | {"event_types": "\n".join(endpoint.event_types)}

    def clean_event_types(self) -> list[str]:
        return str(self.cleaned_data["event_types"]).splitlines()


def _moment(label: Any, **more: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **more)


class PeriodForm(forms.Form):
    """Which messages to send again, by when they were made."""

    since = _moment(_("Made from"))
    until = _moment(_("Until"), required=False, help_text=_("Empty: until now."))
    everything = forms.BooleanField(
        label=_("Also those that were delivered or discarded"),
        required=False,
        help_text=_("For a receiver that lost what it had taken. The ids stay the same."),
    )

    @classmethod
    def of_the_last_day(cls) -> PeriodForm:
        return cls(initial={"since": clock.now() - timedelta(days=1)})

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("since") and told.get("until") and told["until"] <= told["since"]:
            self.add_error("until", _("The period ends before it starts: choose a later end."))
        return told
