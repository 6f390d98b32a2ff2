"""A journey's attribute may say how its values are called."""

import pytest

from trayecto.blueprint import BlueprintInvalid, read_blueprint

DESIGN = """
blueprint: shop
time_zone: America/Santiago
departments: {web: {}}
touchpoints:
  order: {event: order, stage: checkout, owner: web}
journeys:
  order:
    key: order
    goal: order
    attributes:
      delivery: {first: delivery, segment: yes, values: %s}
"""


def delivery(values):
    return read_blueprint(DESIGN % values).journeys["order"].attribute("delivery")


def test_a_value_is_called_as_the_design_says_in_each_language():
    attribute = delivery("{ship: {es: a domicilio, en: home delivery}}")
    assert [attribute.called("ship", language) for language in ("es", "en")] == [
        "a domicilio",
        "home delivery",
    ]


def test_one_name_serves_all_languages():
    assert delivery("{S01: Providencia}").called("S01", "en") == "Providencia"


def test_a_value_that_nobody_named_keeps_its_text():
    assert delivery("{ship: a domicilio}").called("drone", "es") == "drone"


def test_a_language_that_is_not_spoken_is_a_mistake_with_its_place():
    with pytest.raises(BlueprintInvalid) as caught:
        delivery("{ship: {fr: livraison}}")
    assert "fr" in str(caught.value)
