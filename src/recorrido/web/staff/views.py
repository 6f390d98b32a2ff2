from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recorrido.company import actions, queries
from recorrido.company.access import Permission
from recorrido.company.errors import CompanyError, PasswordRefused
from recorrido.company.models import Staff
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.exports import csv_file
from recorrido.web.paging import page_of
from recorrido.web.staff.forms import NewStaffForm, StaffForm


@require_safe
@allowed(Permission.MANAGE_STAFF)
def staff_list(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found = queries.find_staff(words)
    if request.GET.get("format") == "csv":
        return _csv(found)
    page = page_of(found, key=("name", "id"), after=request.GET.get("after", ""))
    return render(request, "staff/list.html", {"page": page, "words": words})


def _csv(found: queries.QuerySet[Staff]) -> HttpResponse:
    header = [_("Name"), _("E-mail"), _("Role"), _("Department"), _("Store"), _("Active")]
    rows = (
        [staff.name, staff.email, staff.role, staff.department or "", staff.store or "", staff.is_active]
        for staff in found
    )
    return csv_file("staff", header, rows)


@allowed(Permission.MANAGE_STAFF)
def new_staff(request: HttpRequest) -> HttpResponse:
    form = NewStaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _created(request, form):
        messages.success(request, _("%(name)s can sign in now.") % {"name": form.cleaned_data["name"]})
        return redirect("staff:list")
    context = {"form": form, "title": _("New member of staff")}
    return render(request, "staff/form.html", context, status=422 if form.errors else 200)


def _created(request: HttpRequest, form: NewStaffForm) -> bool:
    try:
        actions.create_staff(actor=staff_of(request), **form.cleaned_data)
    except PasswordRefused as error:
        form.add_error("password", error.sentences)
        return False
    return True


@allowed(Permission.MANAGE_STAFF)
def edit_staff(request: HttpRequest, pk: int) -> HttpResponse:
    staff = get_object_or_404(Staff, pk=pk)
    form = StaffForm(request.POST or None, initial=StaffForm.initial_of(staff))
    if request.method == "POST" and form.is_valid() and _edited(request, staff, form):
        messages.success(request, _("Saved."))
        return redirect("staff:list")
    context = {"form": form, "title": staff.name, "colleague": staff}
    return render(request, "staff/form.html", context, status=422 if form.errors else 200)


def _edited(request: HttpRequest, staff: Staff, form: StaffForm) -> bool:
    try:
        actions.edit_staff(actor=staff_of(request), staff=staff, **form.cleaned_data)
    except CompanyError:
        form.add_error(None, _("You cannot take away your own access; another administrator can."))
        return False
    return True


@require_POST
@allowed(Permission.MANAGE_STAFF)
def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    staff = get_object_or_404(Staff, pk=pk)
    password = actions.reset_password(actor=staff_of(request), staff=staff)
    words = {"name": staff.name, "password": password}
    messages.warning(
        request, _("The new password of %(name)s is %(password)s – it is shown only now.") % words
    )
    return redirect("staff:edit", pk=pk)
