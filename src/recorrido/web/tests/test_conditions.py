"""What an analysis found to hold, as people write it."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from recorrido.journeys.blueprint import Blueprint, JourneyType, read_blueprint
from recorrido.web.conditions import condition_said
from recorrido.web.tests.attributes import DESIGN


@pytest.fixture(scope="module")
def design() -> Blueprint:
    return read_blueprint(DESIGN)


@pytest.fixture(scope="module")
def order(design) -> JourneyType:
    return design.journeys["order"]


@pytest.mark.parametrize(
    ("condition", "spanish", "english"),
    [
        (("value", "> 30770.6"), "Valor del pedido: más de $30.771", "Value of the order: more than $30,771"),
        (("value band", "≤ 9990"), "Valor del pedido: hasta $9.990", "Value of the order: up to $9,990"),
        (("amount", "> 9990 to 30770.6"), "Monto: $9.990–30.771", "Amount: $9,990–30,771"),
        (("amount", "> 1.23457e+06"), "Monto: más de $1.234.570", "Amount: more than $1,234,570"),
        (("items", "> 1.5"), "Artículos: más de 1,5", "Items: more than 1.5"),
        (("items", "2.0"), "Artículos: 2", "Items: 2"),
        (("period", "2026-06"), "Mes: junio 2026", "Month: June 2026"),
        (("period", "3"), "Mes: mes 4 de los datos", "Month: month 4 of the data"),
        (("way", "phone"), "Canal: Teléfono", "Channel: Phone"),
        (("first_order", "false"), "Primera compra: no", "First order: no"),
        (("delivery", "ship"), "Entrega: a domicilio", "Delivery: home delivery"),
        (("delivery", "pickup"), "Entrega: pickup", "Delivery: pickup"),
        (("carrier", "> 2 Hermanos"), "Transportista: > 2 Hermanos", "Carrier: > 2 Hermanos"),
        (("before: viewed", "no"), "sin Página vista antes", "without Page viewed before"),
        (("contacts before", "2+"), "Contactos anteriores: 2+", "Contacts before: 2+"),
    ],
)
def test_a_condition_is_said_as_people_write_it(design, order, condition, spanish, english):
    for language, said in (("es", spanish), ("en", english)):
        with override(language):
            assert condition_said(design, order, *condition) == said
