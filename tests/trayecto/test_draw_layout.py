"""Where things stand on a journey map: nothing on top of anything else, and everything in its place for ever."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.trayecto.maps import designs, flow, maps, results, shop, shop_design

from trayecto.draw import Note
from trayecto.draw.layout import scene
from trayecto.draw.options import Options
from trayecto.questions.map import MapResult, StepFigures


def draw(result, **choices):
    return scene(result, Options(**choices))


def overlaps(drawn):
    boxes = [box for box in drawn.solid() if box.width and box.height]
    return [(a, b) for place, a in enumerate(boxes) for b in boxes[:place] if a.touches(b, -0.5)]


def places(drawn):
    return {node.step: (node.x, node.y) for node in drawn.nodes}


def notes_for(result):
    return [Note(one.step, "Aquí duele", "Esto pasa y así se nota. " * 3, 0.9) for one in result.steps[:5]]


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(maps(), st.sampled_from(["frequency", "time", "dropoff"]), st.sampled_from([960.0, 1440.0]))
def test_no_node_label_figure_note_or_heading_covers_another(drawing, mode, width):
    result, design = drawing
    drawn = draw(
        result,
        design=design,
        mode=mode,
        width=width,
        notes=notes_for(result),
        title="Un título",
        subtitle="x",
    )
    assert overlaps(drawn) == []


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(maps())
def test_everything_lies_inside_the_picture(drawing):
    result, design = drawing
    drawn = draw(result, design=design, notes=notes_for(result))
    outside = [
        b
        for b in drawn.solid()
        if b.x < 0 or b.y < 0 or b.right > drawn.width + 0.5 or b.bottom > drawn.height
    ]
    assert outside == []


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_with_a_design_the_counts_never_move_a_step(data):
    design = data.draw(designs(30))
    names = [one.step for one in design.steps]
    first, second = data.draw(results(names)), data.draw(results(names))
    assert places(draw(first, design=design)) == places(draw(second, design=design))


def test_with_a_design_neither_selection_nor_mode_nor_regular_path_moves_a_step():
    usual = places(draw(shop(), design=shop_design()))
    for choices in ({"mode": "time"}, {"regular": ()}, {"pains": {"order": 0.9}}, {"flows_shown": 0}):
        assert places(draw(shop(), design=shop_design(), **choices)) == usual


def test_without_a_design_larger_counts_of_the_same_shape_move_nothing():
    assert places(draw(shop())) == places(draw(shop(scale=37)))


def test_without_a_design_the_order_of_the_rows_is_of_no_account():
    turned = replace(shop(), steps=shop().steps[::-1], flows=shop().flows[::-1])
    assert draw(turned) == draw(shop())


def test_steps_stand_in_their_lane_and_column_in_the_order_of_the_design():
    at = places(draw(shop(), design=shop_design()))
    assert at["visit"][0] < at["cart"][0] < at["document"][0] < at["order"][0] < at["delivered"][0]
    assert at["visit"][1] == at["cart"][1] == at["order"][1] < at["document"][1] < at["delivered"][1]


def test_without_a_design_the_usual_path_is_a_straight_line_to_the_right():
    at = places(draw(shop()))
    path = [at[name] for name in ("visit", "cart", "order", "delivered")]
    assert len({y for _, y in path}) == 1
    assert [x for x, _ in path] == sorted(x for x, _ in path)


def test_steps_of_the_design_without_events_are_drawn_too():
    drawn = draw(MapResult(0, 0, None, (), ()), design=shop_design())
    assert [node.css for node in drawn.nodes].count("unmeasured") == 1
    assert len(drawn.nodes) == len(shop_design().steps)


def test_an_empty_map_without_a_design_is_still_a_picture():
    drawn = draw(MapResult(0, 0, None, (), ()))
    assert drawn.nodes == () and drawn.height > 0


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(maps(40))
def test_at_most_two_and_a_half_flows_per_step_are_drawn_and_the_rest_is_told(drawing):
    result, design = drawing
    drawn = draw(result, design=design, lang="en")
    assert len(drawn.flows) <= 2.5 * max(len(drawn.nodes), 1)
    hidden = len(result.flows) - len(drawn.flows)
    said = " ".join(line for label in drawn.captions for line in label.lines)
    assert ("not drawn" in said) == (hidden > 0)


def test_the_caption_counts_what_is_hidden():
    said = " ".join(draw(shop(), flows_shown=4, lang="en").captions[0].lines)
    assert "3 minor flows are not drawn" in said
    assert "none with more than 100 journeys" in said


def test_the_trunk_is_drawn_however_few_flows_are_wanted():
    drawn = draw(
        shop(), flows_shown=1, regular=[("visit", "cart"), ("cart", "order"), ("order", "delivered")]
    )
    assert {(one.source, one.target) for one in drawn.flows} == {
        ("visit", "cart"), ("cart", "order"), ("order", "delivered")
    }  # fmt: skip
    assert all(one.trunk for one in drawn.flows)


def test_steps_beyond_the_busiest_are_named_as_hidden():
    steps = tuple(StepFigures(f"s{n:02}", n + 1, n + 1, 0, 0) for n in range(70))
    drawn = draw(MapResult(100, 100, None, steps, ()), lang="en")
    assert len(drawn.nodes) == 60
    assert "10 steps are not drawn, none with more than 10 journeys" in drawn.captions[0].lines[0]


def test_steps_outside_the_design_are_named():
    result = replace(shop(), steps=(*shop().steps, StepFigures("surprise", 9, 9, 0, 0)))
    said = " ".join(draw(result, design=shop_design(), lang="en").captions[0].lines)
    assert "1 step outside the design is not drawn: surprise" in said


def test_wider_flows_have_more_journeys():
    widths = {(one.source, one.target): one.width for one in draw(shop()).flows}
    assert widths["visit", "cart"] > widths["order", "delivered"] > widths["cart", "document"]


def test_a_flow_begins_at_its_source_and_ends_at_its_target():
    drawn = draw(shop(), design=shop_design())
    at = places(drawn)
    for one in drawn.flows:
        assert one.points[0] == at[one.source] and one.points[-1] == at[one.target]


def test_a_skipping_flow_goes_around_the_step_between():
    result = replace(
        shop(), flows=(flow("visit", "cart", 800), flow("cart", "order", 600), flow("visit", "order", 300))
    )
    drawn = draw(result, design=shop_design())
    skip = next(one for one in drawn.flows if (one.source, one.target) == ("visit", "order"))
    cart = next(node for node in drawn.nodes if node.step == "cart")
    assert all(abs(y - cart.y) > cart.radius for _, y in skip.points[3:-3])


def test_pain_has_five_classes_and_few_journeys_are_grey():
    pains = {"visit": 0.0, "cart": 0.1, "order": 0.2, "delivered": 0.3, "document": 0.9}
    css = {node.step: node.css for node in draw(shop(), pains=pains).nodes}
    assert Counter(css.values()) == Counter(f"pain-{grade}" for grade in range(5))
    assert {node.css for node in draw(shop(), pains=pains, min_journeys=10_000).nodes} == {"few"}


def test_an_exception_takes_the_colour_of_the_pain_it_leads_to():
    css = {(one.source, one.target): one.css for one in draw(shop(), pains={"document": 0.9}).flows}
    assert css["cart", "document"] == "pain-4"
    assert css["document", "order"] == "branch"
    assert css["visit", "cart"].startswith("trunk")


def test_a_small_count_stands_below_its_step_and_a_large_one_inside():
    nodes = {node.step: node for node in draw(shop()).nodes}
    assert "inside" in nodes["visit"].figure.css
    small = draw(
        replace(shop(scale=100), steps=(*shop(100).steps[:1], StepFigures("cart", 1234, 1234, 0, 0)))
    ).nodes
    below = next(node for node in small if node.step == "cart")
    assert below.figure.lines == ("1,2k",) and below.figure.box.y > below.y


def test_starts_and_ends_are_marked():
    marks = {node.step: (node.starts, node.ends) for node in draw(shop()).nodes}
    assert marks["visit"] == (True, False) and marks["delivered"] == (False, True)


def test_at_most_three_notes_are_opened_where_it_hurts_most():
    notes = [Note(one.step, one.step, "x", pain / 10) for pain, one in enumerate(shop().steps)]
    drawn = draw(shop(), design=shop_design(), notes=notes)
    assert [callout.step for callout in drawn.callouts] == ["delivered", "order", "document"]


def test_a_note_without_room_near_its_step_goes_below_the_map():
    crowd = tuple(StepFigures(f"step {n}", 90, 90, 0, 0) for n in range(60))
    lines = tuple(flow(f"step {n}", f"step {(n * 7 + 1) % 60}", 90) for n in range(60))
    notes = [Note(f"step {n}", "A title that is rather long", "And a text. " * 8, 1.0) for n in (3, 30, 59)]
    assert overlaps(draw(MapResult(90, 5400, None, crowd, lines), notes=notes)) == []


def test_lost_journeys_are_the_figures_of_the_dropoff_map():
    nodes = {node.step: node for node in draw(shop(), mode="dropoff", lost={"cart": 200}).nodes}
    assert nodes["cart"].figure.lines == ("−200",)
    assert nodes["cart"].arc == pytest.approx(0.25)
    assert nodes["visit"].figure is None


def test_times_stand_on_the_flows_of_the_time_map():
    drawn = draw(shop(), design=shop_design(), mode="time", lang="en")
    shown = {(one.source, one.target): one.label.lines[0] for one in drawn.flows if one.label}
    assert shown["order", "delivered"] == "1.7\u202fd · 4.2\u202fd"
    css = {(one.source, one.target): one.css for one in drawn.flows}
    assert css["order", "delivered"].startswith("slow-4") and css["visit", "cart"].startswith("slow-0")
