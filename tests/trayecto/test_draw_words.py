"""Numbers and texts as the pictures write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayecto.draw import text
from trayecto.draw.words import WORDS, duration, number, share, short


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (999, "999"), (1000, "1,0k"), (4149, "4,1k"), (38_400, "38,4k"), (99_960, "100k"), (384_000, "384k"),
     (999_499, "999k"), (999_500, "1,0M"), (1_250_000, "1,2M"), (20_000_000, "20,0M")],
)  # fmt: skip
def test_counts_are_short(value, shown):
    assert short(value, "es") == shown


def test_numbers_are_written_as_in_each_language():
    assert (number(15_010, "es"), number(15_010, "en")) == ("15.010", "15,010")
    assert (share(0.004, "es"), share(0.71, "en"), share(1.0, "en")) == ("0,4\u202f%", "71%", "100%")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0\u202fs"),
        (45, "45\u202fs"),
        (2160, "36\u202fmin"),
        (27_000, "7,5\u202fh"),
        (554_000, "6,4\u202fd"),
    ],
)
def test_durations_take_their_largest_unit(seconds, shown):
    assert duration(seconds, "es") == shown


def test_both_languages_say_the_same_things():
    assert set(WORDS["es"]) == set(WORDS["en"])


@given(st.text(max_size=90), st.floats(20, 300), st.integers(1, 4))
def test_wrapped_text_never_leaves_its_room(words, room, lines):
    found = text.wrapped(words, room, 12.0, lines)
    assert len(found) <= lines
    assert all(text.width(line, 12.0) <= room for line in found if line != "…")


@given(st.lists(st.sampled_from(["pago", "entrega", "de", "order.placed"]), min_size=1, max_size=6))
def test_text_with_room_is_not_changed(words):
    assert text.wrapped(" ".join(words), 2000.0, 12.0, 1) == (" ".join(words),)


def test_a_long_machine_name_breaks_at_its_marks():
    assert text.wrapped("checkout_identity_requested", 80.0, 12.0, 3) == (
        "checkout_",
        "identity_",
        "requested",
    )


def test_a_version_number_is_not_torn_apart():
    assert text.wrapped("desde la versión 4.2", 120.0, 12.0, 2)[-1].endswith("4.2")


def test_what_is_cut_ends_in_an_ellipsis():
    assert text.wrapped("una frase que no cabe en dos líneas cortas", 60.0, 12.0, 2)[-1].endswith("…")
