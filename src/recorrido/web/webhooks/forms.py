from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recorrido.connectors.webhooks.models import Endpoint
from recorrido.shared import clock

SINCE = {
    "1": (_("the last hour"), timedelta(hours=1)),
    "24": (_("the last day"), timedelta(days=1)),
    "168": (_("the last week"), timedelta(days=7)),
    "720": (_("the last thirty days"), timedelta(days=30)),
}


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


class SinceForm(forms.Form):
    """Which failed deliveries to send again."""

    hours = forms.ChoiceField(
        label=_("Made in"), choices=[(key, label) for key, (label, _span) in SINCE.items()], initial="24"
    )

    def since(self) -> datetime:
        return clock.now() - SINCE[self.cleaned_data["hours"]][1]
