"""Why a journey is likely to leave the regular path, as people write it."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from recorrido.journeys.blueprint import Blueprint, read_blueprint
from recorrido.web.reasons import reason_text
from recorrido.web.tests.attributes import DESIGN


@pytest.fixture(scope="module")
def design() -> Blueprint:
    return read_blueprint(DESIGN)


@pytest.mark.parametrize(
    ("fact", "spanish", "english"),
    [
        (
            ("since the last step", "24–48 h"),
            "tiempo desde el último paso: 1–2 días",
            "time since the last step: 1–2 days",
        ),
        (
            ("since the start", "≤ 6 h"),
            "tiempo desde el pedido: hasta 6 horas",
            "time since the order: up to 6 hours",
        ),
        (
            ("promise of placed", "1–1.5 ×"),
            "ha pasado 100–150 % del plazo prometido para Pedido hecho",
            "100–150% of the time promised for Order placed has passed",
        ),
        (
            ("lately by carrier", "> 1.6 ×"),
            "Transportista: últimamente los iguales salen más de 1,6 veces lo usual",
            "Carrier: those like it left more than 1.6 times as often as usual lately",
        ),
        (("last step", "viewed"), "está en Página vista", "stands at Page viewed"),
        (("carrier", "not yet"), "Transportista: aún no se sabe", "Carrier: not known yet"),
    ],
)
def test_a_reason_of_a_score_is_said_as_people_write_it(design, fact, spanish, english):
    reason = {"feature": fact[0], "value": fact[1], "points": 0.4}
    for language, said in (("es", spanish), ("en", english)):
        with override(language):
            assert reason_text(design, "order", reason).replace("\xa0", " ") == said
