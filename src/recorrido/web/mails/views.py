"""Mails out: what was sent, what waits, what failed and why."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recorrido.company import actions, queries
from recorrido.company.access import Permission
from recorrido.company.models import Mail
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.exports import csv_file
from recorrido.web.paging import page_of


@require_safe
@allowed(Permission.MANAGE_MAIL)
def mail_list(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found = queries.find_mails(words)
    if request.GET.get("format") == "csv":
        return _csv(found)
    context = {
        "page": page_of(found, key=("id",), descending=True, after=request.GET.get("after", "")),
        "words": words,
        "has_server": queries.has_mail_server(),
        "waiting": queries.mails_waiting(),
    }
    return render(request, "mails/list.html", context)


def _csv(found: QuerySet[Mail]) -> HttpResponse:
    header = [_("When (UTC)"), _("To"), _("Subject"), _("State"), _("Tries"), _("What the server said")]
    rows = (
        [mail.created_at.isoformat(), mail.to, mail.subject, mail.state, mail.attempts, mail.error]
        for mail in found.iterator()
    )
    return csv_file("mails", header, rows)


@require_POST
@allowed(Permission.MANAGE_MAIL)
def send_test(request: HttpRequest) -> HttpResponse:
    """A test mail to oneself."""
    staff = staff_of(request)
    actions.queue_test_mail(actor=staff, to=staff.email)
    messages.success(request, _("A test mail to %(email)s is on its way.") % {"email": staff.email})
    return redirect("mails:list")


@require_POST
@allowed(Permission.MANAGE_MAIL)
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    if actions.retry_mail(actor=staff_of(request), mail_id=pk):
        messages.success(request, _("The mail is tried again now."))
    else:
        messages.warning(request, _("This mail is on its way or was sent: it is not sent again."))
    return redirect("mails:list")
