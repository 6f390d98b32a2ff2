from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayecto.causes import adjust, search
from trayecto.causes.blocks import blocks_of
from trayecto.causes.features import OTHERS, UNKNOWN, Feature, bands, coded, words
from trayecto.causes.find import find_causes
from trayecto.errors import BadValue, UnknownAttribute


def shop(seed, *, rows=20_000, sur=0.0, silent=0.0):
    """Orders of a shop whose far regions are late whoever carries there: *sur* is at fault, *austral* serves the far ones."""
    random = np.random.default_rng(seed)
    region, month = random.choice(4, rows, p=[0.4, 0.3, 0.2, 0.1]), random.integers(0, 4, rows)
    far = region >= 2
    carrier = np.where(
        far, random.choice(3, rows, p=[0.2, 0.3, 0.5]), random.choice(3, rows, p=[0.5, 0.4, 0.1])
    )
    delivery, payment = random.choice(2, rows, p=[0.7, 0.3]), random.integers(0, 4, rows)
    chance = (
        0.05 + 0.15 * far + 0.02 * month + sur * (carrier == 1) + silent * ((delivery == 1) & (payment == 2))
    )
    features = [
        coded("region", ("north", "centre", "south", "austral"), region),
        coded("month", ("june", "july", "august", "september"), month),
        coded("carrier", ("norte", "sur", "austral"), carrier),
        coded("delivery", ("shipped", "pickup"), delivery),
        coded("payment", ("card", "cash", "transfer", "points"), payment),
        coded("noise", tuple("abcdef"), random.integers(0, 6, rows)),
    ]
    return features, (random.random(rows) < chance).astype(float), np.arange(rows) // 2


def found(seed, verdict="cause", **faults):
    answer = find_causes(*shop(seed, **faults), comparable=("region", "month"))
    return [cause.conditions for cause in answer.causes if cause.verdict == verdict]


# --- what is found ---


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_cause_is_found_with_its_effect_in_the_interval(seed):
    answer = find_causes(*shop(seed, sur=0.08), comparable=("region", "month"))
    first = answer.causes[0]
    assert (first.verdict, first.conditions) == ("cause", (("carrier", "sur"),))
    assert first.low <= 0.08 <= first.high and first.excess == pytest.approx(first.rows * first.effect)


@pytest.mark.parametrize("seed", range(3))
def test_a_cause_of_two_conditions_is_found_as_such(seed):
    assert (("delivery", "pickup"), ("payment", "transfer")) in found(seed, silent=0.2)


@pytest.mark.parametrize("seed", range(3))
def test_who_only_serves_the_far_regions_is_a_look_alike(seed):
    innocent = (("carrier", "austral"),)
    assert innocent not in found(seed, sur=0.08) and innocent in found(seed, "look-alike")


def test_nothing_is_blamed_where_nothing_was_planted():
    assert sum(bool(found(seed)) for seed in range(12)) <= 1


def test_circumstances_alone_are_no_cause():
    named = {name for seed in range(2) for cause in found(seed, sur=0.08) for name, _ in cause}
    assert named == {"carrier"}


def test_what_comes_later_is_not_held_constant():
    features, outcome, persons = shop(1, sur=0.1)
    late = coded("was_late", ("no", "yes"), outcome.astype(int), order=9)
    earlier = [Feature(one.name, one.values, one.codes, order=1) for one in features]
    answer = find_causes([*earlier, late], outcome, persons, comparable=("region", "month"))
    assert next(one.effect for one in answer.causes if one.conditions == (("carrier", "sur"),)) > 0.08


def test_a_feature_that_says_the_same_as_another_has_nothing_comparable():
    features, outcome, persons = shop(2, sur=0.1)
    twin = Feature("vehicle", ("a", "lorry", "c"), features[2].codes)
    answer = find_causes([*features, twin], outcome, persons, comparable=("region", "month"), depth=1)
    told = {one.conditions: (one.verdict, one.effect) for one in answer.causes}
    assert told[(("vehicle", "lorry"),)] == ("no comparable", None)


def test_rows_without_an_outcome_are_left_out():
    features, outcome, persons = shop(3, sur=0.1)
    outcome[:5000] = np.nan
    assert find_causes(features, outcome, persons).rows == 15_000
    assert find_causes(features, np.full(20_000, np.nan), persons).causes == ()


def test_an_outcome_that_is_always_the_same_has_no_causes():
    features, outcome, persons = shop(4)
    assert find_causes(features, np.zeros_like(outcome), persons).causes == ()


def test_mistakes_are_told():
    features, outcome, persons = shop(5, rows=100)
    with pytest.raises(UnknownAttribute, match="region"):
        find_causes(features, outcome, persons, comparable=["regoin"])
    with pytest.raises(BadValue, match="depth"):
        find_causes(features, outcome, persons, depth=4)


# --- each part against its plain twin ---


@st.composite
def tables(draw):
    rows = draw(st.integers(30, 60))
    sizes = draw(st.lists(st.integers(2, 3), min_size=3, max_size=4))
    columns = [draw(st.lists(st.integers(0, size - 1), min_size=rows, max_size=rows)) for size in sizes]
    outcome = draw(st.lists(st.sampled_from([0.0, 1.0, 2.5]), min_size=rows, max_size=rows))
    names = [tuple("xyz"[:size]) for size in sizes]
    features = [Feature(str(i), names[i], np.array(codes, np.int32)) for i, codes in enumerate(columns)]
    return features, np.array(outcome)


@settings(max_examples=40, deadline=None)
@given(tables())
def test_the_search_finds_what_trying_every_conjunction_finds(table):
    features, outcome = table
    groups = search.search(features, outcome, depth=3, least=3, most=10_000)
    assert {group.conditions for group in groups} == _relevant(
        features, outcome, _interesting(features, outcome)
    )


def _members(features, conditions):
    return np.logical_and.reduce(
        [np.ones(len(features[0].codes), bool), *(features[f].codes == v for f, v in conditions)]
    )


def _above(outcome, part, rest):
    if not part.any() or not rest.any() or outcome.std() == 0:
        return 0.0
    return (outcome[part].mean() - outcome[rest].mean()) / (
        outcome.std() * np.sqrt(1 / part.sum() + 1 / rest.sum())
    )


def _interesting(features, outcome):
    kept = set()
    for size in (1, 2, 3):
        for places in combinations(range(len(features)), size):
            for values in np.ndindex(*(len(features[place].values) for place in places)):
                conditions = tuple(zip(places, values, strict=True))
                part = _members(features, conditions)
                needed = size == 1 or all(
                    _above(outcome, part, _members(features, wider) & ~part) >= search.NEEDED
                    for wider in combinations(conditions, size - 1)
                )
                enough = 3 <= part.sum() <= len(outcome) - 3
                if enough and needed and _above(outcome, part, ~part) >= search.ELEVATED:
                    kept.add(conditions)
    return kept


def _relevant(features, outcome, groups):
    def stands(group, narrower):
        part = _members(features, group)
        left = part & ~_members(features, narrower)
        return left.any() and _above(outcome, left, ~part) >= search.NEEDED

    return {one for one in groups if all(stands(one, other) for other in groups if set(one) < set(other))}


@settings(max_examples=40, deadline=None)
@given(tables())
def test_an_effect_is_the_coefficient_of_least_squares(table):
    features, outcome = table
    blocks = (np.arange(len(outcome)) * 37 % adjust.BLOCKS).astype(np.int32)
    rows = adjust.Rows(features, outcome, blocks, (0,), (((1, 0),), ((1, 0), (2, 1))))
    for group, conditions in enumerate(rows.groups):
        told = rows.effect(group)
        if told is not None and told.left > 0.05:
            assert told.effect == pytest.approx(_coefficient(features, outcome, conditions), abs=1e-5)


def _coefficient(features, outcome, conditions):
    own = conditions[0][0] if len(conditions) == 1 else None
    held = [np.eye(len(one.values))[one.codes] for place, one in enumerate(features) if place != own]
    treated = _members(features, conditions).astype(float)
    design = np.column_stack([treated, np.ones(len(outcome)), *held])
    return np.linalg.lstsq(design, outcome, rcond=None)[0][0]


def test_all_journeys_of_a_person_lie_in_one_block():
    blocks = blocks_of(np.repeat(np.arange(50_000), 2), 2)
    assert (blocks[::2] == blocks[1::2]).all()
    assert np.bincount(blocks, minlength=2 * adjust.BLOCKS).min() > 10


# --- features ---


def test_numbers_become_bands_of_about_equal_size():
    feature = bands("amount", np.array([1.0, 2, 3, 4, np.nan]), 2)
    assert [feature.values[code] for code in feature.codes] == ["≤ 2.5", "≤ 2.5", "> 2.5", "> 2.5", UNKNOWN]


def test_rare_values_are_put_together_and_explain_nothing():
    feature = words("city", [f"city {number}" for number in range(100)] + ["city 3"] * 5 + [None])
    assert (len(feature.values), feature.values[0]) == (61, "city 3")
    assert feature.values[feature.codes[99]] == OTHERS
    assert not feature.explains[[feature.values.index(OTHERS)]].any()


def test_numbers_that_are_all_alike_or_unknown_are_a_feature_too():
    assert bands("amount", np.ones(3)).values == ("any",)
    assert bands("amount", np.full(3, np.nan)).values == (UNKNOWN,)
