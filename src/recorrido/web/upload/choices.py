"""What the lists of the upload's pages offer, in words."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recorrido.connectors.files.guess import words
from recorrido.connectors.files.guess.columns import Column
from recorrido.connectors.files.uploads.answers import channel_of
from recorrido.events.records import CHANNELS
from recorrido.journeys.queries import channel_label

DEFAULT_SOURCE = "planilla"

COUNTRIES: dict[str, tuple[str | Promise, str, str]] = {
    "AR": (gettext_lazy("Argentina"), "ARS", "America/Argentina/Buenos_Aires"),
    "BO": (gettext_lazy("Bolivia"), "BOB", "America/La_Paz"),
    "BR": (gettext_lazy("Brazil"), "BRL", "America/Sao_Paulo"),
    "CL": (gettext_lazy("Chile"), "CLP", "America/Santiago"),
    "CO": (gettext_lazy("Colombia"), "COP", "America/Bogota"),
    "CR": (gettext_lazy("Costa Rica"), "CRC", "America/Costa_Rica"),
    "DO": (gettext_lazy("Dominican Republic"), "DOP", "America/Santo_Domingo"),
    "EC": (gettext_lazy("Ecuador"), "USD", "America/Guayaquil"),
    "SV": (gettext_lazy("El Salvador"), "USD", "America/El_Salvador"),
    "ES": (gettext_lazy("Spain"), "EUR", "Europe/Madrid"),
    "US": (gettext_lazy("United States"), "USD", "America/New_York"),
    "GT": (gettext_lazy("Guatemala"), "GTQ", "America/Guatemala"),
    "HN": (gettext_lazy("Honduras"), "HNL", "America/Tegucigalpa"),
    "MX": (gettext_lazy("Mexico"), "MXN", "America/Mexico_City"),
    "NI": (gettext_lazy("Nicaragua"), "NIO", "America/Managua"),
    "PA": (gettext_lazy("Panama"), "PAB", "America/Panama"),
    "PY": (gettext_lazy("Paraguay"), "PYG", "America/Asuncion"),
    "PE": (gettext_lazy("Peru"), "PEN", "America/Lima"),
    "PT": (gettext_lazy("Portugal"), "EUR", "Europe/Lisbon"),
    "UY": (gettext_lazy("Uruguay"), "UYU", "America/Montevideo"),
    "VE": (gettext_lazy("Venezuela"), "VES", "America/Caracas"),
    "DE": (gettext_lazy("Germany"), "EUR", "Europe/Berlin"),
    "FR": (gettext_lazy("France"), "EUR", "Europe/Paris"),
    "GB": (gettext_lazy("United Kingdom"), "GBP", "Europe/London"),
    "IT": (gettext_lazy("Italy"), "EUR", "Europe/Rome"),
}
CURRENCIES = sorted({currency for _name, currency, _zone in COUNTRIES.values()} | {"CLF", "UYI"})


def countries() -> list[tuple[str, str]]:
    return sorted(
        ((code, str(name)) for code, (name, _money, _zone) in COUNTRIES.items()), key=lambda one: one[1]
    )


@lru_cache(maxsize=1)
def zones() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(the usual ones, all others)."""
    usual = tuple(sorted({zone for _name, _money, zone in COUNTRIES.values()} | {"UTC"}))
    others = tuple(sorted(zone for zone in available_timezones() if "/" in zone and zone not in usual))
    return usual, others


def zone_of(country: str) -> str:
    return COUNTRIES[country][2] if country in COUNTRIES else ""


def country_label(country: str) -> str:
    return str(COUNTRIES[country][0]) if country in COUNTRIES else country


def currency_of(country: str) -> str:
    return COUNTRIES[country][1] if country in COUNTRIES else ""


def channels() -> list[tuple[str, str]]:
    return [(channel, channel_label(channel)) for channel in CHANNELS]


def channels_of(column: Column) -> dict[str, str]:
    return {value: channel_of(value) for value, _times in column.values}


def role_groups(shape: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The roles a column can have in a table of this shape, in groups."""
    when = {
        "dates": [words.DATE, words.HOUR, words.PROMISE],
        "events": [words.TIME, words.HOUR, words.EVENT, words.PROMISE, words.ROW],
    }
    groups = [(_("When"), when.get(shape, [])), (_("What it is about"), list(words.OBJECTS))]
    if shape == "persons":
        groups = []
    groups.append((_("Who it is"), [*words.PERSONS, words.NAME, words.ATTRIBUTE]))
    if shape != "persons":
        facts = [words.AMOUNT, words.NUMBER, words.STATUS, words.CHANNEL, words.PROPERTY]
        groups.append((_("What else is told"), facts))
    return [(title, [(role, role_label(role)) for role in roles]) for title, roles in groups]


ROLES: dict[str, str | Promise] = {
    words.LEAVE: gettext_lazy("leave out"),
    words.DATE: gettext_lazy("date of a step"),
    words.TIME: gettext_lazy("time of the event"),
    words.HOUR: gettext_lazy("time of day of the date before"),
    words.EVENT: gettext_lazy("kind of event"),
    words.PROMISE: gettext_lazy("promised date"),
    words.ROW: gettext_lazy("number of the row"),
    "order": gettext_lazy("order number"),
    "return": gettext_lazy("return number"),
    "case": gettext_lazy("case number"),
    "shipment": gettext_lazy("shipment number"),
    "invoice": gettext_lazy("invoice number"),
    "conversation": gettext_lazy("conversation number"),
    "product": gettext_lazy("product"),
    "store": gettext_lazy("store"),
    "customer": gettext_lazy("customer number"),
    "email": gettext_lazy("e-mail"),
    "phone": gettext_lazy("phone"),
    "rut": gettext_lazy("RUT"),
    "cpf": gettext_lazy("CPF"),
    "cnpj": gettext_lazy("CNPJ"),
    "dni": gettext_lazy("DNI"),
    "nit": gettext_lazy("NIT"),
    "nif": gettext_lazy("NIF, NIE"),
    "ruc": gettext_lazy("RUC"),
    "curp": gettext_lazy("CURP"),
    "rfc": gettext_lazy("RFC"),
    "cuit": gettext_lazy("CUIT"),
    "loyalty": gettext_lazy("loyalty number"),
    words.NAME: gettext_lazy("name of the person"),
    words.ATTRIBUTE: gettext_lazy("fact about the person"),
    words.AMOUNT: gettext_lazy("amount of money"),
    words.NUMBER: gettext_lazy("number"),
    words.STATUS: gettext_lazy("state"),
    words.CHANNEL: gettext_lazy("channel"),
    words.PROPERTY: gettext_lazy("other text"),
}


def role_label(role: str) -> str:
    return str(ROLES.get(role, role))
