"""The pictures of paths, comparisons and several types of objects, as documents."""

import itertools
import random
from xml.etree import ElementTree

import numpy as np
import pytest
from tests.trayecto.memory_view import view_of
from tests.trayecto.test_compare import sets
from tests.trayecto.test_object_map import PACKED, log_of

from trayecto import draw
from trayecto.conformance.blocks import ANY_ORDER, CHOICE, OPTIONAL, Block
from trayecto.draw import text
from trayecto.draw.typeset import SMALL
from trayecto.errors import BadValue
from trayecto.objects import ask
from trayecto.questions import compare, sankey

SVG = "{http://www.w3.org/2000/svg}"


def parsed(picture):
    return ElementTree.fromstring(picture.text)


def links(picture):
    return [one.get("href") for one in parsed(picture).iter(f"{SVG}a")]


def pictures(**choices):
    view, a, b = sets(random.Random(1), 90, 90, 0.2, 0.8)
    return [
        draw.sankey(sankey.ask(view_of("a0 b1 c2", "a0 b1", "b0 d1"), "b", 1, 1), **choices),
        draw.comparison(compare.ask(view, a, b), **choices),
        draw.comparison(compare.ask(view, a, b), mode="time", **choices),
        draw.object_map(ask(log_of(*PACKED)), **choices),
    ]


@pytest.mark.parametrize("picture", pictures(standalone=False))
def test_a_picture_for_a_page_has_no_style_of_its_own(picture):
    root = parsed(picture)
    assert not list(root.iter(f"{SVG}style"))
    assert not [one for one in root.iter() if "style" in one.attrib]


@pytest.mark.parametrize("picture", pictures(title='<b> & "c"', lang="en"))
def test_titles_are_escaped(picture):
    assert parsed(picture).find(f"{SVG}title").text == '<b> & "c"'


def test_every_band_leads_to_its_journeys():
    result = sankey.ask(view_of("a0 b1 c2", "b0 d1"), "b", 1, 1)
    picture = draw.sankey(result, band_href=lambda level, source, target: f"/{level}/{source}/{target}")
    assert sorted(links(picture)) == ["/-1/a/b", "/0/b/c", "/0/b/d"]


def test_a_flow_leads_to_the_objects_of_its_type():
    picture = draw.object_map(ask(log_of(*PACKED)), flow_href=lambda *flow: "/" + "/".join(flow))
    assert sorted(links(picture)) == ["/item/pack/ship", "/order/order/pack"]


def test_what_hardly_is_chance_is_coloured_and_the_rest_is_not():
    view, a, b = sets(random.Random(1), 90, 90, 0.2, 0.8)
    assert "jm-more-1" in draw.comparison(compare.ask(view, a, b)).text
    same = draw.comparison(compare.ask(view, a, np.ones(len(a), bool) & a)).text
    assert 'class="jm-flow jm-more' not in same and 'class="jm-flow jm-less' not in same


def test_a_type_keeps_its_colour_whatever_else_is_shown():
    found = ask(log_of(*PACKED))
    alone = draw.object_map(found.only(["order"]), colours={"item": 0, "order": 1}).text
    assert "jm-flow jm-kind-1" in alone


def test_an_unknown_mode_is_refused():
    view, a, b = sets(random.Random(1), 9, 9, 0.2, 0.8)
    with pytest.raises(BadValue, match="share or time"):
        draw.comparison(compare.ask(view, a, b), mode="cost")


def test_a_step_that_nobody_takes_makes_a_picture_without_bands():
    view = view_of("a0")
    assert "jm-ribbon" not in draw.sankey(sankey.ask(view, "b"), standalone=False).text


def words_over_gates(picture):
    """(text, left, right, top) of what is said over gates."""
    return [
        (
            one.text,
            float(one.get("x")),
            float(one.get("x")) + text.width(one.text, SMALL),
            float(one.get("y")),
        )
        for one in parsed(picture).iter(f"{SVG}text")
        if "jm-legend" in one.get("class", "")
    ]


@pytest.mark.parametrize("lang", ["es", "en"])
def test_words_over_gates_that_stand_close_together_do_not_cover_each_other(lang):
    optional = Block(OPTIONAL, (Block(CHOICE, ("survey", "call")),))
    said = words_over_gates(draw.path(Block(ANY_ORDER, (optional, "return")), lang=lang))
    assert len(said) == 3
    for (_one, _left, right, top), (_other, left, _right, other_top) in itertools.pairwise(
        sorted(said, key=lambda one: one[1])
    ):
        assert right < left or abs(top - other_top) >= SMALL
