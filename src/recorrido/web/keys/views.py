from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recorrido.company import actions, queries
from recorrido.company.access import Permission
from recorrido.company.errors import KeyRefused
from recorrido.company.models import ApiKey
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.exports import csv_file
from recorrido.web.keys.forms import NewKeyForm, RotationForm
from recorrido.web.keys.snippets import snippets_for
from recorrido.web.paging import page_of

SECRET_HERE = "rck_…"


@require_safe
@allowed(Permission.MANAGE_KEYS)
def key_list(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found = queries.find_api_keys(words)
    if request.GET.get("format") == "csv":
        return _csv(found)
    page = page_of(found, key=("name", "id"), after=request.GET.get("after", ""))
    return render(request, "keys/list.html", {"page": page, "words": words})


def _csv(found: queries.QuerySet[ApiKey]) -> HttpResponse:
    header = [_("Name"), _("Key"), _("Source"), _("What it may do"), _("Made"), _("Last used"), _("Revoked")]
    rows = (
        [
            key.name,
            key.prefix,
            key.source,
            " ".join(key.scopes),
            key.created_at,
            key.last_used_at,
            key.revoked_at,
        ]
        for key in found.iterator()
    )
    return csv_file("keys", header, rows)


@allowed(Permission.MANAGE_KEYS)
def new_key(request: HttpRequest) -> HttpResponse:
    form = NewKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = actions.make_api_key(actor=staff_of(request), **form.cleaned_data)
        except KeyRefused as error:
            form.add_error(None, str(error))
        else:
            return _with_secret(request, made, secret)
    return render(request, "keys/form.html", {"form": form}, status=422 if form.errors else 200)


def _with_secret(request: HttpRequest, key: ApiKey, secret: str) -> HttpResponse:
    """The answer itself shows the secret, which is kept nowhere; no cache may keep it either."""
    context = {"key": key, "secret": secret, "snippets": _snippets(request, key, secret)}
    answer = render(request, "keys/secret.html", context)
    add_never_cache_headers(answer)
    return answer


def _snippets(request: HttpRequest, key: ApiKey, secret: str) -> object:
    address = settings.RECORRIDO_URL or request.build_absolute_uri("/")
    return snippets_for(address=address.rstrip("/"), key=secret, scopes=key.scopes)


@require_safe
@allowed(Permission.MANAGE_KEYS)
def key(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ApiKey, pk=pk)
    context = {"key": found, "form": RotationForm(), "snippets": _snippets(request, found, SECRET_HERE)}
    return render(request, "keys/key.html", context)


@require_POST
@allowed(Permission.MANAGE_KEYS)
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ApiKey, pk=pk)
    form = RotationForm(request.POST)
    try:
        grace = form.grace_time() if form.is_valid() else None
        secret = (
            actions.rotate_api_key(actor=staff_of(request), key=found, grace=grace)
            if grace is not None
            else ""
        )
    except KeyRefused as error:
        messages.error(request, str(error))
        return redirect("keys:key", pk=pk)
    if not secret:
        return render(request, "keys/key.html", {"key": found, "form": form}, status=422)
    found.refresh_from_db()
    return _with_secret(request, found, secret)


@require_POST
@allowed(Permission.MANAGE_KEYS)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ApiKey, pk=pk)
    actions.revoke_api_key(actor=staff_of(request), key=found)
    messages.success(request, _("The key %(name)s opens nothing any more.") % {"name": found.name})
    return redirect("keys:list")
