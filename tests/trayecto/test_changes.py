"""Change points: found where they were planted, silent where nothing was."""

from __future__ import annotations

import datetime
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto.small_shop import BEGIN, DAY, Shop, built

from trayecto.changes import Entry, changes, entries_of, named_anew, read_calendar
from trayecto.changes.calendar import nearest
from trayecto.changes.days import days_of
from trayecto.changes.detect import LEAST_DAYS, breaks_of, gains_of
from trayecto.changes.series import Orders, Series, counted, followed
from trayecto.cli.app import code_of
from trayecto.errors import BadValue, UnreadableFile

PLANTED = datetime.date(2026, 1, 1) + datetime.timedelta(days=60)


@pytest.fixture(scope="module")
def slower(tmp_path_factory):
    """Deliveries take two days longer, and messages stop, from the sixtieth day on."""
    return built(tmp_path_factory.mktemp("shop"), Shop(orders=3000, since=60, slower=2.0, silent=True))


@pytest.fixture(scope="module")
def found(slower):
    return changes(slower, [Entry(PLANTED - datetime.timedelta(days=1), "New carrier")])


def of(found, step, measure):
    return [one for one in found.changes if (one.step, one.measure) == (step, measure)]


def test_a_step_that_takes_longer_since_a_day_is_found_with_that_day_and_both_sizes(found):
    (one,) = of(found, "order.delivered", "time")
    assert one.earliest <= PLANTED <= one.latest and abs((one.since - PLANTED).days) <= 3
    assert 1.5 < (one.after - one.before) / 86_400 < 2.6 and one.department == "logistics"


def test_a_message_that_stops_is_found_as_absent_and_as_volume(found):
    (absent,) = of(found, "order.sent", "absent")
    assert absent.before < 0.1 and absent.after > 0.9
    (volume,) = of(found, "order.sent", "volume")
    assert volume.after < 0.1 * volume.before


def test_the_entry_of_the_calendar_that_stands_nearest_is_named(found):
    (one,) = of(found, "order.delivered", "time")
    assert (one.nearest.label, one.nearest.kind) == ("New carrier", "given")


def test_the_result_says_which_entries_it_knew(found):
    told = found.to_dict()["calendar"]
    assert {"date": "2026-03-01", "label": "New carrier", "kind": "given"} in told
    assert [one["date"] for one in told] == sorted(one["date"] for one in told)


def test_another_calendar_names_the_same_days_anew_as_asking_again_does(slower, found):
    other = [Entry(PLANTED + datetime.timedelta(days=2), "New scanners", "process")]
    assert named_anew(found.to_dict(), other) == changes(slower, other).to_dict()
    assert named_anew(found.to_dict(), []) == changes(slower).to_dict()


def test_the_same_question_has_the_same_answer(slower, found):
    again = changes(slower, [Entry(PLANTED - datetime.timedelta(days=1), "New carrier")])
    assert again.to_dict() == found.to_dict()


def test_nothing_changes_where_nothing_was_planted(tmp_path):
    false = 0
    for seed in range(20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        false += len(changes(built(folder, Shop(orders=1200), seed)).changes)
    assert false <= 1


# --- one series ---


def poisson(level, seed=1, days=120):
    counts = np.random.default_rng(seed).poisson(np.broadcast_to(level, days)).astype(float)
    days_ = days_of(BEGIN - DAY, BEGIN + days * DAY, "UTC", lambda day: False)
    moments = np.repeat(days_.edges[:-1] + DAY // 2, counts.astype(int))
    return counted("s", moments, days_)


def test_a_rise_by_a_half_is_dated_and_bounded():
    (one,) = breaks_of(poisson(np.where(np.arange(120) < 70, 20, 30)), 0.001)
    assert one.earliest <= 70 <= one.latest and one.latest - one.earliest < 25 and one.p <= 0.001


def test_two_changes_are_two():
    level = np.select([np.arange(120) < 40, np.arange(120) < 80], [20, 45], 20)
    assert [abs(one.day - day) <= 2 for one, day in zip(breaks_of(poisson(level), 0.001), (40, 80), strict=True)] == [True, True]  # fmt: skip


def test_three_wild_days_are_no_change():
    level = np.where(np.isin(np.arange(120), (60, 61, 62)), 60, 20)
    assert breaks_of(poisson(level), 0.001) == []


def test_a_steady_growth_is_no_change():
    assert breaks_of(poisson(20 + np.arange(120) / 6), 0.001) == []


def test_chance_alone_makes_changes_as_often_as_it_is_allowed_to():
    assert sum(bool(breaks_of(poisson(8, seed), 0.02)) for seed in range(100)) <= 6


def test_too_short_a_series_has_no_changes():
    assert breaks_of(poisson(20, days=2 * LEAST_DAYS - 1), 0.05) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(1, 4)), min_size=30, max_size=40))
def test_gains_are_what_trying_every_day_gives(told):
    gap, room = (np.array(one, float) for one in zip(*told, strict=True))

    def fit(one, other):
        return one.sum() ** 2 / other.sum()

    for day, gain in enumerate(gains_of(gap, room)):
        allowed = LEAST_DAYS <= day <= len(gap) - LEAST_DAYS
        parts = fit(gap[:day], room[:day]) + fit(gap[day:], room[day:]) - fit(gap, room) if allowed else 0
        assert gain == pytest.approx(parts, abs=1e-6)


def test_what_follows_orders_is_expected_by_their_age():
    """Ten orders a day, thrice as many in one week; each is followed by one event three days later."""
    days = days_of(BEGIN - DAY, BEGIN + 60 * DAY, "UTC", lambda day: False)
    orders = np.repeat(np.arange(60), np.where(np.arange(60) // 7 == 4, 30, 10))
    moments = days.edges[np.minimum(orders + 3, 60)] + DAY // 3
    series = followed("s", moments, np.arange(len(orders)), Orders(orders, np.zeros(len(orders), int)), days)
    assert np.abs(series.gap).max() < 0.5 and breaks_of(series, 0.05) == []


# --- the calendar ---


def test_an_entry_within_the_days_of_doubt_comes_before_a_nearer_holiday():
    day = datetime.date(2026, 9, 20)
    entries = [Entry(day, "Holiday", "holiday"), Entry(day - datetime.timedelta(days=5), "Release")]
    spread = (day - datetime.timedelta(days=6), day + datetime.timedelta(days=2))
    assert nearest(entries, day, *spread).label == "Release"
    assert nearest([Entry(day - datetime.timedelta(days=40), "Long ago")], day, *spread) is None


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("CL", datetime.date(2026, 9, 19), "Día de las Glorias del Ejército"),
        ("BR", datetime.date(2026, 9, 7), "Independência do Brasil"),
        ("US", datetime.date(2026, 7, 4), "Independence Day"),
    ],
)
def test_holidays_have_their_names_in_the_countrys_language(country, day, name):
    assert name in [one.label for one in entries_of(country, day, day)]


def test_holidays_of_a_country_are_in_the_calendar():
    known = entries_of("CL", datetime.date(2026, 9, 1), datetime.date(2026, 9, 30))
    assert datetime.date(2026, 9, 18) in {one.date for one in known}
    assert entries_of(None, PLANTED, PLANTED) == [] == entries_of("XX", PLANTED, PLANTED)


def test_a_calendar_is_read_from_a_file_and_mistakes_are_told(tmp_path):
    file = tmp_path / "calendar.yaml"
    file.write_text("2026-09-22: New release\n")
    assert read_calendar(file) == [Entry(datetime.date(2026, 9, 22), "New release")]
    file.write_text(
        "- {date: 2026-09-22, label: New release, kind: release}\n- {date: 2026-09-22, label: Notices}\n"
    )
    assert read_calendar(file) == [
        Entry(datetime.date(2026, 9, 22), "New release", "release"),
        Entry(datetime.date(2026, 9, 22), "Notices"),
    ]
    for text, part in (
        ("- a", "entry 1: write"),
        ("3", "dates with labels"),
        ("soon: x", "'soon' is not a date"),
        ("{", "not YAML"),
    ):
        file.write_text(text)
        with pytest.raises(BadValue, match=part):
            read_calendar(file)
    with pytest.raises(UnreadableFile):
        read_calendar(tmp_path / "none.yaml")


def test_the_command_gives_json_and_a_table(slower, tmp_path, capsys):
    file = tmp_path / "calendar.yaml"
    file.write_text(f"{PLANTED}: New carrier\n")
    assert code_of(["changes", str(slower.path), "--calendar", str(file), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert {one["nearest"]["label"] for one in said["changes"] if one["measure"] == "time"} == {"New carrier"}
    assert code_of(["changes", str(slower.path)]) == 0
    assert "order.delivered" in capsys.readouterr().out


def test_series_without_anything_have_no_changes():
    empty = Series("s", "volume", np.zeros(60), np.zeros(60), lambda first, last: None)
    assert breaks_of(empty, 0.05) == []
