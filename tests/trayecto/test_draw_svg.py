"""What the pictures are as documents: well-formed, safe under a strict page policy, and readable without eyes."""

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from tests.trayecto.maps import LABELS, flow, maps, shop, shop_design, step

from trayecto import draw
from trayecto.draw.theme import DARK, LIGHT
from trayecto.errors import BadValue
from trayecto.questions.funnel import FunnelResult, FunnelStep
from trayecto.questions.map import MapResult
from trayecto.questions.variants import Coverage, VariantFigures, VariantsResult

SVG = "{http://www.w3.org/2000/svg}"


def parsed(picture):
    return ElementTree.fromstring(picture.text)


def funnel_result():
    steps = (FunnelStep("visit", 1000, 1.0, 1.0), FunnelStep("order", 250, 0.25, 0.25))
    return FunnelResult(1200, steps)


def variants_result():
    rows = [
        VariantFigures(1, ("a", "b", "b", "c"), 800, 0.8, 60.0),
        VariantFigures(2, ("a", "c"), 150, 0.15, 30.0),
    ]
    return VariantsResult(1000, 7, Coverage(1, 0.8), rows)


def pictures(**choices):
    return [
        draw.journey_map(shop(), design=shop_design(), **choices),
        draw.journey_map(shop(), mode="time", **choices),
        draw.funnel(funnel_result(), **choices),
        draw.variants(variants_result(), **choices),
    ]


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(maps(25), LABELS)
def test_any_text_makes_a_well_formed_picture(drawing, title):
    result, design = drawing
    assert parsed(draw.journey_map(result, design=design, title=title, subtitle=title)).tag == f"{SVG}svg"


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", 'a "b" & c', "\x00\x08bell", "\ud800", "x" * 80, "👩🏽‍🚀"]
)
def test_step_names_are_escaped(name):
    result = MapResult(9, 18, None, (step(name, 9), step("b", 9)), (flow(name, "b", 9),))
    root = parsed(draw.journey_map(result, step_href=lambda one: "/steps?name=<&", title=name))
    assert not list(root.iter(f"{SVG}script"))
    assert [one.get("href") for one in root.iter(f"{SVG}a")] == ["/steps?name=<&"] * 2


def test_a_name_that_does_not_fit_is_whole_in_its_title():
    name = "Solicitud de documentación adicional para la verificación de identidad del comprador"
    root = parsed(draw.journey_map(MapResult(9, 9, None, (step(name, 9),), ())))
    titles = [one.text for one in root.iter(f"{SVG}title")]
    assert any(name in title for title in titles)


@pytest.mark.parametrize("picture", pictures(standalone=False))
def test_a_picture_for_a_page_has_no_style_of_its_own(picture):
    root = parsed(picture)
    assert not list(root.iter(f"{SVG}style"))
    assert not [
        one for one in root.iter() if "style" in one.attrib or any(key.startswith("on") for key in one.attrib)
    ]


@pytest.mark.parametrize("picture", pictures(standalone=True))
def test_a_standalone_picture_carries_light_and_dark(picture):
    assert "prefers-color-scheme: dark" in next(parsed(picture).iter(f"{SVG}style")).text


def test_every_class_that_colours_is_in_the_stylesheet():
    drawn = draw.journey_map(shop(), design=shop_design(), pains={"document": 0.9}, standalone=False).text
    used = {name for names in re.findall(r'class="([^"]*)"', drawn) for name in names.split()}
    known = set(re.findall(r"\.([a-z][a-z0-9-]*)", draw.STYLESHEET))
    structural = {
        "jm-flows",
        "jm-nodes",
        "jm-node",
        "jm-flow",
        "jm-callout",
        "jm-keys",
        "jm-level",
        "jm-map",
        "jm-circle",
        "jm-frequency",
        "jm-branch",
        "jm-plain",
    }
    assert used - known <= structural


def test_every_property_has_a_fallback_for_programs_without_custom_properties():
    for name, value in re.findall(r"[a-z-]+: ([^;{}]+); [a-z-]+: var\(--jm-([a-z0-9-]+)\)", draw.STYLESHEET):
        assert name == {**LIGHT}.get(value, name)
    assert set(LIGHT) == set(DARK)


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    dark, light = sorted((luminance(a), luminance(b)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_and_signs_keep_their_contrast(tokens):
    grounds = [tokens[name] for name in ("bg", "band", "band-2", "card")]
    for ground in grounds:
        assert min(contrast(tokens[name], ground) for name in ("ink", "ink-2", "ink-3")) >= 4.5
        signs = ["trunk", "plain", "few", "branch", *(f"pain-{grade}" for grade in range(5))]
        assert min(contrast(tokens[name], ground) for name in signs) >= 3.0
    assert min(contrast(tokens["ink"], tokens[f"chip-{n}"]) for n in range(8)) >= 4.5


def test_steps_and_flows_are_links_that_say_their_figures():
    picture = draw.journey_map(
        shop(), lang="en", step_href=lambda name: f"/s/{name}", flow_href=lambda a, b: f"/f/{a}/{b}"
    )
    said = {one.get("href"): one.get("aria-label") for one in parsed(picture).iter(f"{SVG}a")}
    assert said["/s/visit"] == "visit: 1,000 journeys, 1,000 times; 1,000 start here"
    assert said["/f/cart/document"].startswith(
        "From cart to document: 100 journeys, 100 times; median 1\u202fd"
    )
    assert parsed(picture).get("role") == "group"


def test_a_picture_without_links_is_one_image_with_a_name():
    root = parsed(draw.journey_map(shop(), title="Compra"))
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Compra. 5 pasos y 7 transiciones dibujadas; 1.000 recorridos."


def test_what_is_not_measured_is_no_link():
    root = parsed(draw.journey_map(shop(), design=shop_design(), step_href=lambda name: f"/{name}"))
    assert "/packaging" not in {one.get("href") for one in root.iter(f"{SVG}a")}


def test_the_map_in_words_names_every_step_and_flow_drawn_or_not():
    said = draw.describe(shop(), lang="en", pains={"document": 0.9})
    assert len(said) == len(shop().steps) + len(shop().flows)
    assert "document: 100 journeys, 100 times; pain 4 of 4" in said
    assert any(one.startswith("From visit to visit: 40 journeys") for one in said)


def test_english_and_spanish_differ_in_words_and_numbers():
    result = shop(scale=38)
    assert "38,0k" in draw.journey_map(result, lang="es").text
    assert "38.0k" in draw.journey_map(result, lang="en-GB").text
    assert "camino más usual" in draw.journey_map(result).text


def test_a_language_nobody_speaks_here_is_refused():
    with pytest.raises(BadValue, match="speak es and en"):
        draw.journey_map(shop(), lang="fr")


def test_an_unknown_mode_is_refused_with_the_nearest():
    with pytest.raises(BadValue, match="Did you mean 'dropoff'"):
        draw.journey_map(shop(), mode="dropof")


def test_a_design_whose_step_stands_nowhere_is_refused():
    astray = replace(shop_design(), lanes=shop_design().lanes[:1])
    with pytest.raises(BadValue, match="unknown lane 'risk'"):
        draw.journey_map(shop(), design=astray)


def test_weighted_figures_say_so():
    twins = {"weighted_events": 50.0, "weighted_journeys": 50.0}
    steps = tuple(replace(one, **twins, weighted_starts=0.0, weighted_ends=0.0) for one in shop().steps)
    flows = tuple(replace(one, **twins) for one in shop().flows)
    result = replace(shop(), weighted_journeys=50.0, steps=steps, flows=flows)
    text = draw.journey_map(result, weighted=True, lang="en").text
    assert "weighted figures" in text and "visit: 50 journeys" in text


def test_the_same_input_gives_the_same_picture():
    assert (
        draw.journey_map(shop(), design=shop_design()).text
        == draw.journey_map(shop(), design=shop_design()).text
    )


def test_a_picture_shows_itself_in_a_notebook_and_saves_itself(tmp_path):
    picture = draw.journey_map(shop())
    assert (
        picture._repr_svg_() == picture.text == picture.save(tmp_path / "map.svg").read_text(encoding="utf-8")
    )


def test_a_funnel_says_who_goes_on_and_who_does_not():
    root = parsed(
        draw.funnel(
            funnel_result(), lang="en", labels={"visit": "Visit"}, lost_href=lambda n, _: f"/lost/{n}"
        )
    )
    shown = [one.text for one in root.iter(f"{SVG}text")]
    assert {"Visit", "1,000", "25% of the first", "750 do not go on (75%)"} <= set(shown)
    assert [one.get("href") for one in root.iter(f"{SVG}a")] == ["/lost/1"]


def test_a_funnel_of_nobody_is_drawn_without_dividing_by_zero():
    steps = (FunnelStep("a", 0, 0.0, 0.0), FunnelStep("b", 0, 0.0, 0.0))
    assert "0 no siguen" in draw.funnel(FunnelResult(0, steps)).text


def test_variants_show_repeats_coverage_and_the_rest():
    root = parsed(draw.variants(variants_result(), lang="en", href=lambda rank: f"/v/{rank}"))
    shown = [one.text for one in root.iter(f"{SVG}text")]
    assert "b ×2" in shown and "80%" in shown
    texts = " ".join(one.text or "" for one in root.iter(f"{SVG}tspan"))
    assert "1 of 7 variants covers 80% of the journeys" in texts and "5 other variants: 5.0%" in texts
    assert [one.get("href") for one in root.iter(f"{SVG}a")] == ["/v/1", "/v/2"]


def test_variants_take_their_names_from_the_caller():
    shown = draw.variants(variants_result(), labels={"a": "Anuncio visto"}).text
    assert "Anuncio visto" in shown and ">c<" in shown


def test_a_variant_of_many_steps_says_how_many_have_no_room():
    long = tuple(f"a rather long step name {n % 7}" for n in range(90))
    row = VariantFigures(1, long, 10, 1.0, 60.0)
    picture = draw.variants(VariantsResult(10, 1, Coverage(1, 1.0), [row]))
    chips = parsed(picture)
    more = [one.text for one in chips.iter(f"{SVG}text") if (one.text or "").startswith("+")]
    listed = [one for one in chips.iter(f"{SVG}rect") if "chip-" in one.get("class", "")]
    assert more == [f"+{90 - len(listed)}"]


def test_no_chip_covers_another_or_leaves_the_picture():
    long = tuple(f"step {n * 37 % 11} of the way" for n in range(60))
    picture = draw.variants(VariantsResult(10, 1, Coverage(1, 1.0), [VariantFigures(1, long, 10, 1.0, 60.0)]))
    chips = [one for one in parsed(picture).iter(f"{SVG}rect") if "chip" in one.get("class", "")]
    spans = sorted((float(one.get("y")), float(one.get("x")), float(one.get("width"))) for one in chips)
    assert all(a[0] < b[0] or a[1] + a[2] <= b[1] for a, b in pairwise(spans))
    assert all(x + wide <= 1200 - 24 for _, x, wide in spans)
