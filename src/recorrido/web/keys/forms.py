from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recorrido.company.models import Scope
from recorrido.events.records import CHANNELS, MAX_SOURCE

GRACES = {
    "0": (_("Stops at once"), timedelta()),
    "1": (_("Works for one more hour"), timedelta(hours=1)),
    "24": (_("Works for one more day"), timedelta(days=1)),
    "168": (_("Works for one more week"), timedelta(weeks=1)),
}


class NewKeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("Which program uses it, such as: web shop, production.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=Scope.choices,
        initial=[Scope.INGEST],
        widget=forms.CheckboxSelectMultiple,
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=MAX_SOURCE,
        required=False,
        help_text=_("The system its events are from, such as: shop. Needed to send events."),
    )
    channel = forms.ChoiceField(
        label=_("Channel"),
        required=False,
        choices=[("", _("None: each event says its own")), *((name, name) for name in CHANNELS)],
        help_text=_("For events that do not name one themselves."),
    )
    user_kind = forms.RegexField(
        "^[a-z][a-z0-9_.]{0,31}$",
        label=_("Kind of identifier"),
        initial="customer",
        help_text=_("What userId is in your programs: customer, loyalty…"),
    )
    country = forms.RegexField(
        "^[A-Za-z]{2}$",
        label=_("Country"),
        required=False,
        help_text=_("Two letters, such as CL: reads phone numbers without a prefix."),
    )

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if {Scope.INGEST, Scope.WRITE_EVENTS} & set(told.get("scopes", ())) and not told.get("source", "x"):
            self.add_error("source", _("A key that sends events needs the name of their source."))
        return told


class RotationForm(forms.Form):
    grace = forms.ChoiceField(
        label=_("The old secret"),
        choices=[(key, words) for key, (words, _time) in GRACES.items()],
        initial="24",
    )

    def grace_time(self) -> timedelta:
        return GRACES[self.cleaned_data["grace"]][1]
