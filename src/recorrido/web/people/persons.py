"""What staff do on a person's page: identifiers, merges by hand, taking merges back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from recorrido.company.access import Permission
from recorrido.company.models import Staff
from recorrido.events.queries import count_of_leaves
from recorrido.people import actions, queries
from recorrido.people.errors import PeopleError, UnknownIdentifier, UnknownLink
from recorrido.people.models import Identifier
from recorrido.shared import clock
from recorrido.web.allowed import allowed, staff_of


class MergeForm(forms.Form):
    other = forms.IntegerField(
        label=gettext_lazy("The other person's number"), min_value=1, max_value=2**63 - 1
    )
    why = forms.CharField(label=gettext_lazy("Why"), max_length=500)


class EndForm(forms.Form):
    at = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))


@require_POST
@allowed(Permission.RESOLVE_PEOPLE)
def merge(request: HttpRequest, person_id: int) -> HttpResponse:
    """This person and another one are the same."""
    form = MergeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write the other person's number, and why."))
        return redirect("people:person", person_id)
    try:
        person = actions.merge_persons(actor=staff_of(request), one=person_id, **form.cleaned_data)
    except PeopleError as error:
        messages.error(request, str(error))
        return redirect("people:person", person_id)
    messages.success(
        request, _("They are one person now. What you joined can be separated again at any time.")
    )
    return redirect("people:person", person)


@allowed(Permission.RESOLVE_PEOPLE)
def unmerge(request: HttpRequest, link_id: int) -> HttpResponse:
    """Both sides as they would be; on POST they are."""
    try:
        preview = queries.preview_separation(link_id)
    except UnknownLink as error:
        raise Http404(str(error)) from error
    if preview is None:
        messages.warning(request, _("These two are separate persons already."))
        return redirect("people:person", queries.link_named(link_id).low.person_id)
    if request.method == "POST":
        why = request.POST.get("why", "").strip()
        actions.unmerge_link(actor=staff_of(request), link=link_id, why=why)
        messages.success(request, _("They are two persons again, each with their own past."))
        return redirect("people:person", preview.person)
    sides = [
        (number, leaves, count_of_leaves([leaf.id for leaf in leaves]))
        for number, leaves in ((preview.person, preview.kept), (preview.other, preview.moved))
    ]
    return render(request, "people/unmerge.html", {"preview": preview, "sides": sides})


@require_POST
@allowed(Permission.RESOLVE_PEOPLE)
def rejoin(request: HttpRequest, link_id: int) -> HttpResponse:
    """The same person after all: a refused or held link connects."""
    try:
        person = actions.accept_link(
            actor=staff_of(request), link=link_id, why=request.POST.get("why", "").strip()
        )
    except UnknownLink as error:
        raise Http404(str(error)) from error
    except PeopleError as error:
        messages.error(request, str(error))
        return redirect("people:person", queries.link_named(link_id).low.person_id)
    messages.success(
        request, _("They are one person now. What you joined can be separated again at any time.")
    )
    return redirect("people:person", person)


@require_POST
@allowed(Permission.RESOLVE_PEOPLE)
def identifier(request: HttpRequest, leaf_id: int) -> HttpResponse:
    """Verify an identifier, or say until when it was this person's; and take either back."""
    row = Identifier.objects.filter(id=leaf_id).first()
    if row is None:
        raise Http404(str(UnknownIdentifier(leaf_id)))
    work = _WORK.get(request.POST.get("do", ""))
    if work is None:
        raise Http404
    try:
        work(staff_of(request), leaf_id, request)
    except PeopleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved."))
    return redirect("people:person", row.person_id)


def _why(request: HttpRequest) -> str:
    return request.POST.get("why", "").strip()[:500]


def _verify(actor: Staff, leaf: int, request: HttpRequest) -> None:
    actions.verify_identifier(actor=actor, identifier=leaf, how=_why(request)[:100])


def _withdraw(actor: Staff, leaf: int, request: HttpRequest) -> None:
    actions.withdraw_verification(actor=actor, identifier=leaf, why=_why(request))


def _end(actor: Staff, leaf: int, request: HttpRequest) -> None:
    """The day that is given ends at midnight; today ends now."""
    form = EndForm(request.POST)
    day = form.cleaned_data["at"] if form.is_valid() else None
    now = clock.now()
    at = datetime.combine(day, time.max, UTC) if day and day < now.date() else now
    actions.end_identifier(actor=actor, identifier=leaf, at=at, why=_why(request))


def _resume(actor: Staff, leaf: int, request: HttpRequest) -> None:
    actions.resume_identifier(actor=actor, identifier=leaf, why=_why(request))


_WORK: dict[str, Callable[[Staff, int, HttpRequest], None]] = {
    "verify": _verify,
    "withdraw": _withdraw,
    "end": _end,
    "resume": _resume,
}
