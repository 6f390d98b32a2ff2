from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto.logs import NAMES, chosen_journeys, views
from tests.trayecto.memory_view import HOUR, view_of
from tests.trayecto.twins_sankey import bands, named, path

from trayecto import filters as f
from trayecto.errors import BadValue, UnknownStep
from trayecto.questions import sankey


def told(view, around="b", **more):
    result = sankey.ask(view, around, **more)
    return {(band.level, band.source, band.target): band.journeys for band in result.bands}


def test_bands_go_from_each_step_to_the_next():
    assert told(view_of("a0 b1 c2", "a0 b1 d2", "c0 b1 c2"), before=1, after=1) == {
        (-1, "a", "b"): 2, (-1, "c", "b"): 1, (0, "b", "c"): 2, (0, "b", "d"): 1,
    }  # fmt: skip


def test_the_first_such_step_is_the_middle_unless_the_last_is_asked_for():
    view = view_of("b0 c1 b2 d3")
    assert (told(view, before=0, after=1), told(view, before=0, after=1, last=True)) == (
        {(0, "b", "c"): 1}, {(0, "b", "d"): 1},
    )  # fmt: skip


def test_rare_steps_of_a_level_are_the_rest():
    view = view_of("b0 c1", "b0 c1", "b0 d1", "b0 e1")
    assert told(view, before=0, after=1, top=1) == {(0, "b", "c"): 2, (0, "b", None): 2}
    rest = sankey.ask(view, "b", 0, 1, top=1).at(1)[-1]
    assert (rest.step, rest.kinds, rest.journeys) == (None, 2, 2)


def test_a_step_beyond_the_window_cuts_the_path():
    node = sankey.ask(view_of("b0 c9", "b0 c2", "b0"), "b", 0, 1, within="3h").at(0)[0]
    assert (node.journeys, node.ended, node.cut) == (3, 1, 1)


def test_what_lies_before_the_middle_is_told_apart():
    node = sankey.ask(view_of("b0", "a0 b9", "a0 b1"), "b", 1, 1, within="3h").at(0)[0]
    assert (node.began, node.cut_before, node.ended) == (1, 1, 3)


@pytest.mark.parametrize("asked", [{"before": -1}, {"after": 13}, {"top": 0}, {"within": "soon"}])
def test_what_cannot_be_followed_is_refused(asked):
    with pytest.raises(BadValue):
        sankey.ask(view_of("b0"), "b", **asked)


def test_an_unknown_step_is_refused():
    with pytest.raises(UnknownStep):
        sankey.ask(view_of("b0"), "z")


def test_a_step_that_no_journey_of_the_selection_has_gives_no_paths():
    view = replace(view_of("b0", "a0"), selection=np.array([False, True]))
    result = sankey.ask(view, "b")
    assert (result.journeys, result.taking_part, result.bands) == (1, 0, ())


ASKED = st.tuples(
    st.integers(0, 3), st.integers(0, 3), st.none() | st.integers(0, 4), st.integers(1, 3), st.booleans()
)


def paths_of(view, before, after, hours, last):
    window = None if hours is None else hours * HOUR
    return [
        found
        for journey, _ in chosen_journeys(view)
        if (found := path(journey, "b", before, after, window, last))
    ]


@settings(max_examples=200, deadline=None)
@given(views(), ASKED)
def test_a_sankey_equals_following_every_journey(view, asked):
    before, after, hours, top, last = asked
    paths = paths_of(view, before, after, hours, last)
    names = named(paths, top)
    result = sankey.ask(view, "b", before, after, None if hours is None else f"{hours}h", top, last=last)
    assert {(one.level, one.source, one.target): one.journeys for one in result.bands} == dict(
        bands(paths, names)
    )
    ended = Counter(why[1] for _levels, why in paths if 1 in why)
    for node in result.nodes:
        assert node.journeys == sum(
            names.get((node.level, levels.get(node.level)), 0) == node.step
            for levels, _ in paths
            if node.level in levels
        )
    assert sum(node.ended for node in result.nodes if node.level >= 0) == sum(
        n for (_, why), n in ended.items() if why == "ended"
    )


@settings(max_examples=100, deadline=None)
@given(views(), ASKED)
def test_what_comes_into_a_step_is_what_goes_on_and_what_stops(view, asked):
    before, after, hours, top, last = asked
    result = sankey.ask(view, "b", before, after, None if hours is None else f"{hours}h", top, last=last)
    for node in result.nodes:
        out = sum(one.journeys for one in result.bands if (one.level, one.source) == (node.level, node.step))
        into = sum(
            one.journeys for one in result.bands if (one.level + 1, one.target) == (node.level, node.step)
        )
        if 0 <= node.level < after:
            assert node.journeys == out + node.ended + node.cut
        if node.level > 0:
            assert node.journeys == into
        if -before < node.level < 0:
            assert node.journeys == into + node.ended + node.cut == out
        if node.level == 0 and before:
            assert node.journeys == into + node.began + node.cut_before


@settings(max_examples=60, deadline=None)
@given(views(), st.permutations(range(4)))
def test_summaries_merge_in_any_order(view, order):
    params = sankey.params_of(view, "b", 2, 2, "3h", False)
    found = [sankey.scan(batch, params) for batch in view.batches(4)]
    groups, _named = sankey.grouped(found[0], NAMES, 2)
    seconds = [sankey.rescan(batch, params, groups, 3) for batch in view.batches(4)]
    one, two, three, four = (found[place] for place in order)
    left = sankey.merge(sankey.merge(one, two), sankey.merge(three, four))
    right = sankey.merge(found[0], sankey.merge(found[1], sankey.merge(found[2], found[3])))
    assert (left.counts == right.counts).all()
    chained = sankey.merge_bands(
        sankey.merge_bands(seconds[order[0]], seconds[order[1]]),
        sankey.merge_bands(seconds[order[2]], seconds[order[3]]),
    )
    plain = sankey.merge_bands(
        seconds[0], sankey.merge_bands(seconds[1], sankey.merge_bands(seconds[2], seconds[3]))
    )
    assert (chained.bands == plain.bands).all() and (chained.stops == plain.stops).all()


@settings(max_examples=100, deadline=None)
@given(views(), ASKED)
def test_the_filter_of_a_band_finds_its_journeys(view, asked):
    before, after, hours, _top, last = asked
    within = None if hours is None else f"{hours}h"
    for band in sankey.ask(view, "b", before, after, within, 9, last=last).bands:
        ends = ((band.level, band.source), (band.level + 1, band.target))
        one, other = (f.around("b", level, [step], within, last) for level, step in ends)
        assert view.where(one & other).journey_count == band.journeys


def test_weights_add_their_own_counts():
    view = view_of("a0 b1", "c0 b1", weights=np.array([3.0, 2.0]))
    result = sankey.ask(view, "b", 1, 0).to_dict()
    assert result["weighted_taking_part"] == 5.0
    assert [band["weighted_journeys"] for band in result["bands"]] == [3.0, 2.0]


def test_a_filter_that_everybody_meets_changes_nothing():
    view = view_of("a0 b1 c2", "a0 b1 d2")
    assert sankey.ask(view, "b") == sankey.ask(replace(view, selection=np.ones(2, bool)), "b")
