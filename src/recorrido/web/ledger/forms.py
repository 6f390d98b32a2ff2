from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recorrido.events.models import Policy, RetentionRule, Source

STEPS_HELP = _("One step a line. The list beside it says which there are.")
PATTERN_HELP = _("A type, or a pattern with stars: order.*")


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "class": "code", "spellcheck": "false"})


class SourceField(forms.ModelChoiceField):
    """A source, or all of them."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            Source.objects.order_by("name"),
            label=_("Source"),
            required=False,
            empty_label=_("all sources"),
            **more,
        )


class RuleForm(forms.Form):
    """A quarantine rule: for which refused events, and what it does to them."""

    name = forms.CharField(label=_("Name"), max_length=120)
    source = SourceField()
    code = forms.ChoiceField(label=_("Reason"), required=False)
    type_pattern = forms.CharField(
        label=_("Event types"), required=False, max_length=120, help_text=PATTERN_HELP
    )
    steps = forms.CharField(label=_("Steps"), widget=_text(6), help_text=STEPS_HELP)
    is_active = forms.BooleanField(
        label=_("Switched on"),
        required=False,
        help_text=_("Also for what waits now and what arrives from now on."),
    )

    def __init__(self, *args: Any, codes: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("every reason")), *codes]


class EditForm(forms.Form):
    """A refused event, to be mended by hand."""

    payload = forms.CharField(label=_("Event"), widget=_text(22), strip=False)


class LimitsForm(forms.Form):
    """What a source may do before it is an alarm."""

    alarms = forms.BooleanField(label=_("Alarms switched on"), required=False)
    silence_hours = forms.IntegerField(
        label=_("Silence, hours"),
        required=False,
        min_value=1,
        max_value=10_000,
        help_text=_("Empty: by its own rhythm."),
    )
    lag_minutes = forms.IntegerField(
        label=_("Lag, minutes"),
        required=False,
        min_value=1,
        max_value=10_000,
        help_text=_("Empty: 60. Half of the events of a day."),
    )
    refused_percent = forms.IntegerField(
        label=_("Refused, percent"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=_("Empty: 5. Of the last day."),
    )
    waiting = forms.IntegerField(
        label=_("Waiting in quarantine"),
        required=False,
        min_value=1,
        max_value=2_000_000_000,
        help_text=_("Empty: 1000 events."),
    )
    violation_percent = forms.IntegerField(
        label=_("Against their schema, percent"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=_("Empty: 20. Of a day."),
    )
    skew_percent = forms.IntegerField(
        label=_("Clients with a wrong clock, percent"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=_("Empty: 50. Of a day."),
    )
    nobody_percent = forms.IntegerField(
        label=_("Without a person, percent"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=_("Empty: not watched."),
    )
    ahead_hours = forms.IntegerField(
        label=_("Events may lie ahead, hours"),
        required=False,
        min_value=0,
        max_value=8_784,
        help_text=_("Empty: 24. What lies further ahead goes to quarantine."),
    )


class SchemaForm(forms.Form):
    """The next version of a type's schema."""

    text = forms.CharField(label=_("JSON Schema"), widget=_text(18), strip=False)
    policy = forms.ChoiceField(
        label=_("What it does not allow"),
        choices=[(Policy.NOTE, _("is recorded and noted")), (Policy.REFUSE, _("goes to quarantine"))],
    )
    remark = forms.CharField(label=_("Remark"), required=False, max_length=200)


class SchemaFileForm(forms.Form):
    file = forms.FileField(label=_("File with schemas"), help_text=_("As “Export schemas” writes it."))


class RemappingForm(forms.Form):
    """How past events should be read."""

    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    source = SourceField()
    type_pattern = forms.CharField(label=_("Event types"), max_length=120, help_text=PATTERN_HELP)
    steps = forms.CharField(label=_("Steps"), widget=_text(5), help_text=STEPS_HELP)


class RetentionForm(forms.Form):
    """What is taken out of old events."""

    kind = forms.ChoiceField(
        label=_("What"),
        choices=[
            (RetentionRule.EMPTY, _("Empty the properties")),
            (RetentionRule.FORGET, _("Forget the person of anonymous visits")),
        ],
    )
    source = SourceField()
    type_pattern = forms.CharField(
        label=_("Event types"), required=False, max_length=120, help_text=PATTERN_HELP
    )
    months = forms.IntegerField(label=_("After so many months"), min_value=1, max_value=600)


class MoveForm(forms.Form):
    """Where a consumer goes on from: a position, or a moment."""

    position = forms.IntegerField(label=_("Position"), required=False, min_value=0, max_value=2**62)
    moment = forms.DateTimeField(
        label=_("or a moment"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("What was received from then on is taken again."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("position") is None) == (given.get("moment") is None) and not self.errors:
            raise forms.ValidationError(_("Give a position or a moment, one of the two."))
        return given
