from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from recorrido.journeys.watch.models import Sensitivity, Verdict


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2})
    )


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(label=_("What it was"), choices=Verdict.choices)
    calmer = forms.BooleanField(label=_("Ask for stronger proof from now on"), required=False)


class TuneForm(forms.Form):
    watched = forms.BooleanField(label=_("Watched"), required=False)
    sensitivity = forms.ChoiceField(label=_("How soon"), choices=Sensitivity.choices)
    at_least = forms.IntegerField(
        label=_("At least so many events"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text=_("Empty: what the blueprint says, else 6. Counts for surges."),
    )
