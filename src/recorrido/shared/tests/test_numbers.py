from __future__ import annotations

import pytest
from django.utils.translation import override

from recorrido.shared.numbers import number_read, number_said


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("es", "36,09", 36.09), ("es", "36.09", 36.09), ("es", "2.100", 2100), ("es", "2100", 2100),
        ("es", "1.250.000,5", 1_250_000.5), ("es", "0.125", 0.125), ("es", "-2.100", -2100), ("es", "1,234.5", 1234.5),
        ("en", "36.09", 36.09), ("en", "36,09", 36.09), ("en", "2,100", 2100), ("en", "2,100.5", 2100.5),
        ("en", "2.100", 2.1), ("en", "1.250.000,5", 1_250_000.5),
    ],
)  # fmt: skip
def test_a_number_is_read_as_the_language_writes_it(language, text, number):
    with override(language):
        assert number_read(text) == number


@pytest.mark.parametrize("text", ["", "mucho", "1.2.3", "1.23,4", "1,2,3", "12.34.567", ",", "1.234.56,7"])
def test_what_can_be_read_in_no_way_is_refused(text):
    with override("es"), pytest.raises(ValueError):
        number_read(text)


@pytest.mark.parametrize("number", [0, 2100, 36.09, 0.38, 0.000001, 123456.789])
@pytest.mark.parametrize("language", ["es", "en"])
def test_what_is_said_is_read_again(language, number):
    with override(language):
        assert number_read(number_said(number)) == number
