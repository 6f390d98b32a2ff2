from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_address

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from recorrido.company import actions, queries
from recorrido.company.errors import PasswordRefused, SignInRefused, WrongCredentials
from recorrido.company.models import Staff
from recorrido.web.account.forms import AlarmsForm, PasswordForm, PreferencesForm, SignInForm
from recorrido.web.allowed import staff_of
from recorrido.web.shell import THEME_COOKIE

YEAR = 365 * 86400


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(_next(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _signed_in(request, form):
        return redirect(_next(request))
    context = {"form": form, "next": _next(request), "nobody_yet": not queries.has_staff()}
    return render(request, "account/sign_in.html", context, status=422 if form.errors else 200)


def _signed_in(request: HttpRequest, form: SignInForm) -> bool:
    try:
        staff = actions.sign_in(**form.cleaned_data, address=_address(request))
    except SignInRefused as error:
        form.add_error(None, str(error))
        return False
    login(request, staff)
    return True


def _address(request: HttpRequest) -> str | None:
    """The browser's address: behind a proxy the last one it added, which the browser cannot forge. None where that
    is no address: a proxy may write a word there."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.RECORRIDO_BEHIND_PROXY else ""
    told = forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR") or ""
    for address in (told, told.rsplit(":", 1)[0].strip("[]")):  # some write the port behind it
        with suppress(ValueError):
            return str(ip_address(address))
    return None


def _next(request: HttpRequest) -> str:
    """The page that was asked for, if it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if ours else resolve_url(settings.LOGIN_REDIRECT_URL)


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


def account(request: HttpRequest) -> HttpResponse:
    """What one keeps for oneself and the menu has no room for."""
    staff = staff_of(request)
    if request.method == "POST":
        form = AlarmsForm(request.POST)
        form.is_valid()  # a switch is always right
        actions.choose_preferences(staff=staff, alarms=form.cleaned_data["alarms"])
        messages.success(request, _("Saved."))
        return redirect("account:account")
    form = AlarmsForm(initial={"alarms": staff.alarms})
    return render(request, "account/account.html", {"form": form})


@sensitive_post_parameters("old", "new", "again")
def change_password(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _changed(request, form):
        messages.success(request, _("Your password was changed. Your other sessions have ended."))
        return redirect("account:password")
    return render(request, "account/password.html", {"form": form}, status=422 if form.errors else 200)


def _changed(request: HttpRequest, form: PasswordForm) -> bool:
    staff = staff_of(request)
    try:
        actions.change_password(staff=staff, old=form.cleaned_data["old"], new=form.cleaned_data["new"])
    except WrongCredentials:
        form.add_error("old", _("This is not your present password."))
    except PasswordRefused as error:
        form.add_error("new", error.sentences)
    else:
        update_session_auth_hash(request, staff)
    return not form.errors


@login_not_required
@require_POST
def choose_preferences(request: HttpRequest) -> HttpResponse:
    """Language and theme: kept with the member of staff, and in cookies for pages before signing in."""
    form = PreferencesForm(request.POST)
    response = redirect(_next(request))
    if not form.is_valid():
        return response
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    if isinstance(request.user, Staff):
        actions.choose_preferences(staff=request.user, **chosen)
    cookies = {settings.LANGUAGE_COOKIE_NAME: chosen.get("language"), THEME_COOKIE: chosen.get("theme")}
    for name, value in cookies.items():
        if value:
            response.set_cookie(
                name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
            )
    return response
