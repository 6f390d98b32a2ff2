"""What things are worth: one page to see it, write it, bring it as a file and take it along."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from recorrido.company.access import Permission, require
from recorrido.journeys import access, actions, valuing
from recorrido.journeys.errors import NoBlueprint, ValuesInvalid
from recorrido.journeys.models import ValueModelVersion
from recorrido.journeys.queries import blueprint_in_force, value_model_versions, values_in_force
from recorrido.journeys.valuing import AmountRow
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.paging import page_of
from recorrido.web.values.editing import SPARE, Edited, edited
from recorrido.web.values.wording import help_of, label_of, unit_of

MOST_BYTES = 200_000


@dataclass(frozen=True)
class Shown:
    """A row of the form: ``field`` is what its inputs are called."""

    row: AmountRow
    field: str
    label: str
    help: str
    unit: str


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SEE_JOURNEYS)
def values(request: HttpRequest) -> HttpResponse:
    """The form. Who may not change amounts sees them."""
    in_force = values_in_force()
    rows = valuing.rows_of(in_force.read() if in_force else None)
    if request.method != "POST":
        return _show(request, in_force, _as_edited(in_force, rows))
    require(staff_of(request), Permission.EDIT_VALUES)
    said = edited(request.POST, [row.key for row in rows if not row.key.startswith(valuing.PRODUCT)])
    if not said.is_fine:
        return _show(request, in_force, said, status=422)
    source = valuing.text_of(said.currency, [*said.rows, *said.products])
    _installed(request, source, "")
    return redirect("values:values")


def _as_edited(in_force: ValueModelVersion | None, rows: list[AmountRow]) -> Edited:
    products = [row for row in rows if row.key.startswith(valuing.PRODUCT)]
    others = [row for row in rows if not row.key.startswith(valuing.PRODUCT)]
    return Edited(in_force.read().currency if in_force else _currency(), others, products)


def _currency() -> str:
    try:
        return blueprint_in_force()[1].currency
    except NoBlueprint:
        return ""


def _show(
    request: HttpRequest, in_force: ValueModelVersion | None, said: Edited, *, status: int = 200
) -> HttpResponse:
    empty = [AmountRow(valuing.PRODUCT)] * SPARE
    products = [*said.products, *empty]
    context = {
        "in_force": in_force,
        "currency": said.currency,
        "currency_problem": said.problem,
        "margins": _shown([row for row in said.rows if row.key.startswith("margin.")], said.currency),
        "products": [
            Shown(row, f"product.{n}", row.key.removeprefix(valuing.PRODUCT), "", said.currency)
            for n, row in enumerate(products)
        ],
        "contacts": _shown([row for row in said.rows if row.key.startswith(valuing.CONTACT)], said.currency),
        "others": _shown([row for row in said.rows if "." not in row.key], said.currency),
        "wrong": sum(bool(row.problem) for row in (*said.rows, *said.products)) + bool(said.problem),
        "may_edit": access.may_edit_values(staff_of(request)),
    }
    return render(request, "values/values.html", context, status=status)


def _shown(rows: Iterable[AmountRow], currency: str) -> list[Shown]:
    return [
        Shown(row, row.key, label_of(row.key), help_of(row.key), unit_of(row.key, currency)) for row in rows
    ]


def _installed(request: HttpRequest, source: str, file_name: str) -> None:
    before = values_in_force()
    version = actions.install_values(source=source, file_name=file_name, actor=staff_of(request))
    if before == version:
        messages.info(request, _("Nothing changed: these amounts are in force already."))
    else:
        told = _("In force: version %(number)s. Figures of money follow within minutes.")
        messages.success(request, told % {"number": version.number})


@require_POST
@allowed(Permission.EDIT_VALUES)
def bring(request: HttpRequest) -> HttpResponse:
    """A YAML file in the place of the form."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        messages.error(request, _("Choose a YAML file first."))
        return redirect("values:values")
    try:
        if (file.size or 0) > MOST_BYTES:
            raise ValueError
        _installed(request, file.read().decode("utf-8"), (file.name or "")[:255])
    except ValuesInvalid as error:
        messages.error(request, str(error))
    except ValueError:
        messages.error(
            request, _("This is no YAML file of a value model: it is too long, or not UTF-8 text.")
        )
    return redirect("values:values")


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def versions(request: HttpRequest) -> HttpResponse:
    """What was in force before, and who changed it."""
    page = page_of(value_model_versions(), key=("id",), descending=True, after=request.GET.get("after", ""))
    return render(request, "values/versions.html", {"page": page, "words": ""})


@require_safe
@allowed(Permission.SEE_JOURNEYS)
def file(request: HttpRequest, number: int) -> HttpResponse:
    """One version as the YAML file it is."""
    found = get_object_or_404(ValueModelVersion, number=number)
    response = HttpResponse(found.source, content_type="application/yaml; charset=utf-8")
    name = f"values-{found.number}.yaml"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
