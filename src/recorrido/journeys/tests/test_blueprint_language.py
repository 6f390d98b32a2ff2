"""The blueprint language: what is read, and how each mistake is told."""

import pytest
from django.utils import translation

from recorrido.journeys.blueprint import find_blueprint, load_blueprint, read_blueprint, shipped_blueprints
from recorrido.journeys.errors import BlueprintInvalid
from recorrido.journeys.tests.blueprints import SMALL, with_lines


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def problems_of(text: str) -> list[str]:
    with pytest.raises(BlueprintInvalid) as caught:
        read_blueprint(text, "small.yaml")
    return str(caught.value).splitlines()


def off_path_of(text: str) -> tuple[str, ...]:
    blueprint = read_blueprint(text)
    return blueprint.off_path(blueprint.journeys["order"])


@pytest.mark.parametrize("name", ["aromo", "olist", "starter"])
def test_every_shipped_blueprint_is_valid(name):
    assert name in shipped_blueprints()
    assert load_blueprint(find_blueprint(name)).name == name


def test_a_touchpoint_gets_its_phase_from_its_stage():
    blueprint = read_blueprint(SMALL)
    assert blueprint.by_key["order.placed"].phase == "purchase"
    assert blueprint.by_key["refund.paid"].phase == "postsale"


def test_positions_follow_the_columns_and_then_the_file():
    keys = [touchpoint.key for touchpoint in read_blueprint(SMALL).touchpoints]
    assert keys == ["order.placed", "call", "refund.paid"]


def test_support_contacts_are_off_the_regular_path():
    assert off_path_of(SMALL) == ("call",)


def test_a_journey_type_may_call_a_step_usual():
    assert off_path_of(with_lines("    key: order\n", "    key: order\n    usual: call\n")) == ()


@pytest.mark.parametrize(("mandatory", "off"), [("no", ("order.placed", "call")), ("yes", ("call",))])
def test_only_a_gate_that_is_not_mandatory_leaves_the_regular_path(mandatory, off):
    gate = f"    stage: checkout\n    gate: {{mandatory: {mandatory}, origin: law}}\n"
    assert off_path_of(with_lines("    stage: checkout\n", gate)) == off


@pytest.mark.parametrize(("written", "importance"), [("5", 1.0), ("1", 0.2), ("0.35", 0.35), ("1.0", 1.0)])
def test_importance_is_a_scale_of_five_or_a_share(written, importance):
    text = with_lines("    stage: checkout\n", f"    stage: checkout\n    importance: {written}\n")
    assert read_blueprint(text).by_key["order.placed"].importance == importance


def test_a_label_falls_back_to_the_other_language_and_then_to_the_key():
    blueprint = read_blueprint(with_lines("  shop: {}", "  shop: {label: {es: Tienda}}"))
    assert blueprint.departments["shop"].label.text("en") == "Tienda"
    assert blueprint.label("call", "es") == "call"


def test_a_person_journey_gets_the_usual_boundaries():
    journey = read_blueprint(with_lines("key: order", "key: person")).journeys["order"]
    assert journey.boundaries.anchor == ("order.placed",)
    assert (journey.boundaries.before, journey.boundaries.after, journey.boundaries.gap) == (
        "30d",
        "60d",
        "30d",
    )
    assert journey.boundaries.close == ("refund.paid",)


def test_departments_work_in_office_hours_unless_written():
    text = with_lines("  shop: {}", '  shop: {hours: {mon-sat: "10:00-20:00"}}')
    departments = read_blueprint(text).departments
    assert departments["shop"].hours[5] == (600, 1200)
    assert sorted(departments["finance"].hours) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("owner: finance", "owner: finanse", "touchpoints.refund.paid.owner: “finanse” is not known here; did you mean “finance”?"),
        ("stage: return", "stage: returning", "“returning” is not known here; did you mean “return”?"),
        ("since: order.placed", "since: order.place", "“order.place” is not a measured touchpoint; did you mean “order.placed”?"),
        ("goal: refund.paid", "goal: [refund.payd]", "journeys.order.goal: “refund.payd” is not known here; did you mean “refund.paid”?"),
        ("nature: support", "natur: support", "“natur” is not a field of this place; did you mean “nature”?"),
        ("channels: [phone]", "channels: [fone]", "“fone” is not known here; did you mean “phone”?"),
        ("working_days: 5", "working_days: five", "promise.working_days: write a number of at least 0"),
        ("working_days: 5", "working_days: 5, within: 3d", "a promise has exactly one of: within, working_days"),
        ("country: CL", "country: XX", "there are no holidays for the country “XX”"),
        ("blueprint: small", "blueprint: small\ntime_zone: America/Santigo", "there is no time zone “America/Santigo”; did you mean “America/Santiago”?"),
        ("blueprint: small", "title: x", "“blueprint” is missing"),
        ("    nature: support\n", "    nature: support\n    importance: 7\n", "write a whole number from 1 to 5"),
        ("    nature: support\n", "    nature: support\n    phase: presale\n", "belongs to the phase “postsale”"),
        ("    nature: support\n", "    nature: support\n    lost_after: soon\n", "write a duration such as 7d"),
        ("    nature: support\n", "    nature: support\n    gate: {mandatory: maybe, origin: law}\n", "gate.mandatory: write yes or no"),
        ("  call:", "  order.placed:", "touchpoints.order.placed: this name stands twice; keep one of them"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_the_nearest_word(before, after, sentence):
    assert any(sentence in problem for problem in problems_of(with_lines(before, after)))


def test_a_mistake_is_told_with_file_and_line():
    (problem,) = problems_of(with_lines("owner: finance", "owner: finanse"))
    assert problem.startswith("small.yaml, line 19: touchpoints.refund.paid.owner")


def test_all_mistakes_are_told_at_once():
    text = with_lines("nature: support", "nature: suport").replace("goal: refund.paid", "goal: refund")
    assert len(problems_of(text)) == 2


def test_a_touchpoint_that_can_never_happen_is_refused():
    wide = "  contact:\n    {event: contact.received, stage: service, owner: shop}\n  call:"
    (problem,) = problems_of(with_lines("  call:", wide))
    assert "no event can reach it, “contact” above takes them all; put this one first" in problem


def test_a_touchpoint_without_events_has_no_channels():
    (problem,) = problems_of(with_lines("    event: contact.received\n", ""))
    assert "channels and conditions belong to an event" in problem


def test_text_that_is_not_yaml_is_told_with_its_line():
    (problem,) = problems_of("blueprint: small\ntouchpoints: [")
    assert problem.startswith("small.yaml, line 2: this is not YAML")


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: " + "[" * 5_000 + "]" * 5_000])
def test_values_without_an_end_are_told(text):
    (problem,) = problems_of(text)
    assert "nested too deeply" in problem


def test_a_required_word_may_not_be_empty():
    assert any(
        "“key” is missing" in problem for problem in problems_of(SMALL.replace("key: order", 'key: ""'))
    )


def test_an_empty_file_says_what_is_missing():
    told = "\n".join(problems_of(""))
    assert "name at least one department" in told
    assert "name at least one journey type" in told


def test_an_unknown_file_names_the_shipped_blueprints():
    with pytest.raises(BlueprintInvalid, match="did you mean “aromo”"):
        find_blueprint("aromos")


@pytest.mark.parametrize(
    ("written", "kind"), [("surge", "surge"), ("drop", "drop"), ("off", "off"), ("{kind: surge}", "surge")]
)
def test_a_touchpoint_says_what_is_watched(written, kind):
    blueprint = read_blueprint(with_lines("    owner: shop\n", f"    owner: shop\n    watch: {written}\n"))
    assert blueprint.by_key["order.placed"].watch.kind == kind


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("surg", "did you mean “surge”?"),
        ("{kind: surge, of: cal}", "“cal” is not another measured touchpoint; did you mean “call”?"),
        ("{kind: surge, at_least: 0}", "write a number of at least 1"),
        ("{of: call}", "“kind” is missing"),
    ],
)
def test_a_watch_that_cannot_be_is_told(written, told):
    text = with_lines("    owner: shop\n", f"    owner: shop\n    watch: {written}\n")
    assert any(told in problem for problem in problems_of(text))
