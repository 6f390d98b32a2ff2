"""The kinds of identifiers we know: how each is read, and the rule that is shipped for it.

A kind that is not here (``external``, ``erp.account`` …) is taken as it is written, counts as strong and has no limit.
National ids and tax ids are checked and compacted by python-stdnum: a mistyped one is no identifier.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum.ar import cuit as ar_cuit
from stdnum.ar import dni as ar_dni
from stdnum.br import cnpj as br_cnpj
from stdnum.br import cpf as br_cpf
from stdnum.cl import rut as cl_rut
from stdnum.co import nit as co_nit
from stdnum.ec import ci as ec_ci
from stdnum.ec import ruc as ec_ruc
from stdnum.es import dni as es_dni
from stdnum.es import nie as es_nie
from stdnum.es import nif as es_nif
from stdnum.exceptions import ValidationError
from stdnum.mx import curp as mx_curp
from stdnum.mx import rfc as mx_rfc
from stdnum.pe import cui as pe_cui
from stdnum.pe import ruc as pe_ruc
from stdnum.uy import rut as uy_rut

Key = tuple[str, str]
"""(kind, normalised value)"""


class NotOfThisKind(ValueError):
    """Why a text is no value of its kind."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How many identifiers of a kind one person may have, and whether several persons may share one.

    ``limit`` None: any number. ``per_source``: of those that one source told first.
    """

    limit: int | None = None
    per_source: bool = False
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """``strength`` orders kinds by how surely they name one human being, 0 … 100."""

    name: str
    label: str | Promise
    strength: int = 50
    rule: Rule = Rule()
    read: Callable[[str], Key] | None = None
    official: bool = False
    """A national or tax id: one person has one."""
    shareable: bool = False
    """Several persons may well use one (a family's mail address, a store's tablet): by itself it never joins persons
    whose first names differ."""


def _checked(name: str, *modules: Any) -> Callable[[str], Key]:
    """Reads a text by the first of the python-stdnum modules that takes it."""

    def read(text: str) -> Key:
        for module in modules:
            try:
                return name, str(module.validate(text)).upper()
            except (ValidationError, ValueError):
                continue
        raise NotOfThisKind(_("not a valid number of its kind: look for a mistyped or missing digit"))

    return read


def _digits(name: str, least: int, most: int) -> Callable[[str], Key]:
    def read(text: str) -> Key:
        number = re.sub(r"[.\s-]", "", text)
        if not (number.isascii() and number.isdigit() and least <= len(number) <= most):
            raise NotOfThisKind(
                _("not a number of %(least)d to %(most)d digits") % {"least": least, "most": most}
            )
        return name, number

    return read


def _pattern(name: str, pattern: str) -> Callable[[str], Key]:
    shape = re.compile(pattern)

    def read(text: str) -> Key:
        if not shape.fullmatch(text):
            raise NotOfThisKind(_("not in the form its network gives out"))
        return name, text

    return read


def _rut(text: str) -> Key:
    """Without separators, as nearly all are, at a third of the time."""
    if plain := _PLAIN_RUT.fullmatch(text):
        number, check = plain[1], plain[2].upper()
        if cl_rut.calc_check_digit(number) == check:
            return "cl.rut", number + check
    return _ANY_RUT(text)


def _nif(text: str) -> Key:
    """A person's NIF is their DNI or NIE, and is kept as that; a company's stays a NIF."""
    for name, module in (("es.dni", es_dni), ("es.nie", es_nie)):
        if module.is_valid(text):
            return name, module.validate(text).upper()
    return _checked("es.nif", es_nif)(text)


def _peruvian_dni(text: str) -> Key:
    """Eight digits; the ninth, where written, is a check digit and is left away."""
    compact = pe_cui.compact(text)
    if len(compact) == 8 and compact.isdigit():
        return "pe.dni", compact
    return "pe.dni", _checked("pe.dni", pe_cui)(text)[1][:8]


_ONE = Rule(limit=1)
_PLAIN_RUT = re.compile(r"([0-9]{7,8})-?([0-9Kk])")
_ANY_RUT = _checked("cl.rut", cl_rut)

_KINDS = (
    Kind("cl.rut", "RUT", 95, _ONE, _rut, official=True),
    Kind("br.cpf", "CPF", 95, _ONE, _checked("br.cpf", br_cpf), official=True),
    Kind("br.cnpj", "CNPJ", 90, _ONE, _checked("br.cnpj", br_cnpj), official=True),
    Kind("es.dni", "DNI (ES)", 95, _ONE, _checked("es.dni", es_dni), official=True),
    Kind("es.nie", "NIE", 95, _ONE, _checked("es.nie", es_nie), official=True),
    Kind("es.nif", "NIF", 95, _ONE, _nif, official=True),
    Kind("co.cc", gettext_lazy("Cédula (CO)"), 95, _ONE, _digits("co.cc", 5, 10), official=True),
    Kind("co.nit", "NIT", 95, _ONE, _checked("co.nit", co_nit), official=True),
    Kind("pe.dni", "DNI (PE)", 95, _ONE, _peruvian_dni, official=True),
    Kind("pe.ruc", "RUC (PE)", 95, _ONE, _checked("pe.ruc", pe_ruc), official=True),
    Kind("mx.curp", "CURP", 95, _ONE, _checked("mx.curp", mx_curp), official=True),
    Kind("mx.rfc", "RFC", 95, _ONE, _checked("mx.rfc", mx_rfc), official=True),
    Kind("ar.dni", "DNI (AR)", 95, _ONE, _checked("ar.dni", ar_dni), official=True),
    Kind("ar.cuit", "CUIT", 95, _ONE, _checked("ar.cuit", ar_cuit), official=True),
    Kind("ec.ci", gettext_lazy("Cédula (EC)"), 95, _ONE, _checked("ec.ci", ec_ci), official=True),
    Kind("ec.ruc", "RUC (EC)", 95, _ONE, _checked("ec.ruc", ec_ruc), official=True),
    Kind("uy.rut", "RUT (UY)", 95, _ONE, _checked("uy.rut", uy_rut), official=True),
    Kind("customer", gettext_lazy("Customer number"), 85, Rule(limit=1, per_source=True)),
    Kind("loyalty", gettext_lazy("Loyalty number"), 80, Rule(limit=3)),
    Kind(
        "whatsapp.bsuid",
        gettext_lazy("WhatsApp user"),
        70,
        Rule(limit=5),
        _pattern("whatsapp.bsuid", r"[A-Z]{2}\.[A-Za-z0-9]{1,128}"),
        shareable=True,
    ),
    Kind(
        "instagram",
        gettext_lazy("Instagram user"),
        65,
        Rule(limit=5),
        _pattern("instagram", r"\S{1,200}"),
        shareable=True,
    ),
    Kind(
        "messenger",
        gettext_lazy("Messenger user"),
        65,
        Rule(limit=5),
        _pattern("messenger", r"\S{1,200}"),
        shareable=True,
    ),
    Kind("email", gettext_lazy("E-mail"), 60, Rule(limit=5), shareable=True),
    Kind("phone", gettext_lazy("Phone"), 30, Rule(limit=5, weak=True), shareable=True),
    Kind("anonymous", gettext_lazy("Anonymous visitor"), 10, Rule(limit=500, weak=True), shareable=True),
)

KINDS = {kind.name: kind for kind in _KINDS}
OFFICIAL = frozenset(kind.name for kind in _KINDS if kind.official)

_BY_COUNTRY = {
    "national_id": {
        "CL": "cl.rut",
        "BR": "br.cpf",
        "ES": "es.nif",
        "CO": "co.cc",
        "PE": "pe.dni",
        "MX": "mx.curp",
        "AR": "ar.dni",
        "EC": "ec.ci",
    },
    "tax_id": {
        "CL": "cl.rut",
        "BR": "br.cnpj",
        "ES": "es.nif",
        "CO": "co.nit",
        "PE": "pe.ruc",
        "MX": "mx.rfc",
        "AR": "ar.cuit",
        "EC": "ec.ruc",
        "UY": "uy.rut",
    },
    "rut": {"CL": "cl.rut", "UY": "uy.rut", "": "cl.rut"},
    "dni": {"ES": "es.dni", "PE": "pe.dni", "AR": "ar.dni"},
    "ruc": {"PE": "pe.ruc", "EC": "ec.ruc"},
    "cpf": {"": "br.cpf"},
    "cnpj": {"": "br.cnpj"},
    "nif": {"": "es.nif"},
    "nie": {"": "es.nie"},
    "nit": {"": "co.nit"},
    "curp": {"": "mx.curp"},
    "rfc": {"": "mx.rfc"},
    "cuit": {"": "ar.cuit"},
}


PLAIN = frozenset(
    kind.name
    for kind in _KINDS
    if kind.read is None and kind.name not in _BY_COUNTRY and kind.name not in ("email", "phone")
)
"""Kinds whose values are taken as they are written, in any country."""


def kind_named(name: str) -> Kind:
    """What is known of a kind; of an unknown one, that it is taken as written."""
    return KINDS.get(name) or Kind(name, name)


def meant_by(name: str, country: str) -> str | None:
    """The kind that a short name means in a country (``national_id`` in Chile is ``cl.rut``); None where it means none.

    A name that is no short name means itself.
    """
    meanings = _BY_COUNTRY.get(name)
    if meanings is None:
        return name
    return meanings.get(country.upper()) or meanings.get("")
