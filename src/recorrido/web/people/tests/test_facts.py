from __future__ import annotations

import pytest
from django.utils.translation import override

from recorrido.journeys.actions import install_blueprint
from recorrido.journeys.queries import design_in_force, event_labels
from recorrido.web.people.facts import Facts
from recorrido.web.tests.attributes import DESIGN

pytestmark = pytest.mark.django_db
SEARCHES = """
blueprint: searches
time_zone: America/Santiago
departments: {web: {}}
touchpoints:
  nothing: {event: search, when: {results: 0}, stage: consideration, owner: web, label: {es: Sin resultados, en: Nothing}}
  flagged: {event: search, when: {member: ['yes']}, channels: app, stage: consideration, owner: web, label: {es: De un socio, en: A member}}
  many: {event: search, when: {results: {min: 50}}, stage: consideration, owner: web, label: {es: Demasiados, en: Many}}
journeys: {visit: {key: person, goal: many}}
"""


@pytest.fixture
def designed():
    install_blueprint(source=DESIGN, file_name="design.yaml", actor=None)


def pairs(language: str, **properties) -> list[tuple[str, str]]:
    with override(language):
        return [(fact.label, fact.value) for fact in Facts(design_in_force()).said(properties.items())]


def test_a_property_is_called_as_the_design_calls_it(designed):
    told = {"first_order": True, "delivery": "ship", "amount": 84130, "items": 2}
    assert pairs("es", **told) == [
        ("Primera compra", "sí"), ("Entrega", "a domicilio"), ("Monto", "$84.130"), ("Artículos", "2"),
    ]  # fmt: skip
    assert pairs("en", delivery="drone") == [("Delivery", "drone")]


def test_what_no_design_speaks_of_has_its_usual_name_else_its_own_in_plain_writing():
    assert pairs("es", reason="late", gift_wrap=False) == [("Motivo", "late"), ("Gift wrap", "no")]


@pytest.mark.parametrize(
    ("channel", "properties", "label"),
    [
        ("web", {"results": 0}, "Sin resultados"),
        ("web", {"results": "0"}, "Sin resultados"),
        ("app", {"results": 3, "member": "yes"}, "De un socio"),
        ("web", {"results": 3, "member": "yes"}, "search"),
        ("web", {"results": 50}, "Demasiados"),
        ("web", {"results": "many"}, "search"),
        (None, {}, "search"),
    ],
)
def test_an_event_is_called_by_the_first_touchpoint_that_fits_it(channel, properties, label):
    install_blueprint(source=SEARCHES, file_name="design.yaml", actor=None)
    with override("es"):
        assert event_labels(design_in_force())("search", channel, properties) == label
