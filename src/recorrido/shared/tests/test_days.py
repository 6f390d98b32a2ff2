from __future__ import annotations

from datetime import date

from django.utils.translation import override

from recorrido.shared.days import day_said


def test_months_are_small_in_spanish_only():
    said = []
    for language in ("es", "en"):
        with override(language):
            said += [day_said(date(2026, 9, 22)), day_said(date(2026, 9, 1), "F Y")]
    assert said == ["22 sep 2026", "septiembre 2026", "22 Sep 2026", "September 2026"]
