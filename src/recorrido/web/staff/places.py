"""Departments and stores: two short lists on one page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recorrido.company import actions
from recorrido.company.access import Permission
from recorrido.company.models import Department, Store
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.exports import csv_file
from recorrido.web.paging import page_of
from recorrido.web.staff.forms import DepartmentForm, NewDepartmentForm, NewStoreForm, StoreForm


@require_safe
@allowed(Permission.MANAGE_STAFF)
def place_list(request: HttpRequest) -> HttpResponse:
    """Departments in full (a company has dozens), stores in pages."""
    words = request.GET.get("q", "").strip()
    stores = Store.objects.filter(name__icontains=words)
    if request.GET.get("format") == "csv":
        header = [_("Code"), _("Name"), _("City"), _("Region"), _("Country")]
        return csv_file("stores", header, stores.values_list("code", "name", "city", "region", "country"))
    page = page_of(stores, key=("name", "id"), after=request.GET.get("after", ""))
    departments = Department.objects.filter(name__icontains=words)
    return render(request, "staff/places.html", {"departments": departments, "page": page, "words": words})


@allowed(Permission.MANAGE_STAFF)
def new_department(request: HttpRequest) -> HttpResponse:
    form = NewDepartmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.create_department(actor=staff_of(request), **form.cleaned_data)
        return _saved(request)
    return _form(request, form, _("New department"))


@allowed(Permission.MANAGE_STAFF)
def edit_department(request: HttpRequest, slug: str) -> HttpResponse:
    department = get_object_or_404(Department, slug=slug)
    form = DepartmentForm(request.POST or None, initial={"name": department.name})
    if request.method == "POST" and form.is_valid():
        actions.edit_department(actor=staff_of(request), department=department, **form.cleaned_data)
        return _saved(request)
    return _form(request, form, department.name)


@allowed(Permission.MANAGE_STAFF)
def new_store(request: HttpRequest) -> HttpResponse:
    form = NewStoreForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.create_store(actor=staff_of(request), **form.cleaned_data)
        return _saved(request)
    return _form(request, form, _("New store"))


@allowed(Permission.MANAGE_STAFF)
def edit_store(request: HttpRequest, code: str) -> HttpResponse:
    store = get_object_or_404(Store, code=code)
    form = StoreForm(
        request.POST or None, initial={name: getattr(store, name) for name in StoreForm.base_fields}
    )
    if request.method == "POST" and form.is_valid():
        actions.edit_store(actor=staff_of(request), store=store, **form.cleaned_data)
        return _saved(request)
    return _form(request, form, store.name)


def _saved(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect("staff:places")


def _form(request: HttpRequest, form: DepartmentForm | StoreForm, title: str) -> HttpResponse:
    context = {"form": form, "title": title}
    return render(request, "staff/form.html", context, status=422 if form.errors else 200)
