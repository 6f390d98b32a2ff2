"""The questions of the pages, as data: the same figures, and each figure as many rows as it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from recorrido.journeys import queries
from recorrido.journeys.models import JourneyBuild
from recorrido.journeys.queries import Filters

pytestmark = pytest.mark.django_db
QUESTIONS = ["map", "where-it-hurts", "variants", "funnel?step=placed&step=delivered&within=7d", "step?step=placed",
             "flow?source=placed&target=shipped", "count?sel=lost", "regular-share", "choices"]  # fmt: skip


@pytest.fixture
def program(shop, caller):
    return caller()


def figures_in(told: Any) -> Iterator[dict[str, Any]]:
    if isinstance(told, dict):
        if told.keys() >= {"count", "selection"}:
            yield told
        for one in told.values():
            yield from figures_in(one)
    elif isinstance(told, list):
        for one in told:
            yield from figures_in(one)


def joined(path: str, more: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{more}"


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_question_names_its_log_and_its_filters(program, question):
    told = program.get(joined(f"/questions/{question}", "type=order&from=2026-03-05&s.region=RM")).json()
    assert told["log"]["version"] == told["log"]["newest"]
    assert told["filters"] == [["from", "2026-03-05"], ["s.region", "RM"]]
    assert told["log"]["as_of"].endswith("Z")


@pytest.mark.parametrize("question", QUESTIONS[:6])
def test_each_figure_is_as_many_journeys_as_it_says(program, question):
    filters = "type=order&from=2026-03-10&to=2026-05-31&channel=web"
    told = program.get(joined(f"/questions/{question}", filters)).json()["answer"]
    told.pop("regular_before", None), told.pop("before", None)  # of another period
    shown = {(one["selection"], one["count"]) for one in figures_in(told)}
    assert len(shown) > 1
    for selection, count in sorted(shown)[:25]:
        asked = dict(pair.split("=") for pair in filters.split("&")) | {"sel": selection, "limit": 1}
        assert program.get("/journeys", asked).json()["total"] == count, selection


def test_the_map_is_that_of_the_page(program, study):
    told = program.get("/questions/map?type=order&path=regular").json()["answer"]
    page = queries.journey_map(study, Filters(path="regular"))
    assert told["journeys"]["count"] == page.journeys.count
    assert [(one["source"], one["target"], one["journeys"]["count"]) for one in told["flows"]] == [
        (flow.source, flow.target, flow.journeys.count) for flow in page.flows
    ]
    assert "svg" not in told


def test_journeys_are_listed_page_by_page_at_one_version(program):
    rows, after = [], ""
    while after is not None:
        page = program.get(
            "/journeys", {"type": "order", "limit": 150, **({"after": after} if after else {})}
        ).json()
        rows += [one["row"] for one in page["items"]]
        after = page["next"]
    assert rows == sorted(set(rows)) and len(rows) == page["total"]


def test_one_journey_has_its_steps_and_what_became_of_it(program):
    row = program.get("/journeys?type=order&sel=reached&limit=1").json()["items"][0]
    told = program.get(f"/journeys/{row['row']}?type=order").json()["journey"]
    assert told["outcome"] == "reached" and len(told["steps"]) == row["events"]
    assert told["row"]["person"] == row["person"]
    assert told["steps"][0]["at"].endswith("Z")


def test_a_question_of_a_pinned_log_is_not_counted_twice(program, django_assert_max_num_queries):
    first = program.get("/questions/map?type=order")
    with django_assert_max_num_queries(6):
        again = program.get("/questions/map?type=order", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    english = {"if-none-match": first["ETag"], "accept-language": "en"}
    assert program.get("/questions/map?type=order", headers=english).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/questions/map?type=nothing", 404), ("/questions/map?log=never", 404), ("/journeys/99999999?type=order", 404),
        ("/questions/map?type=order&has=nothing", 404), ("/questions/map?from=2026-13-01", 422), ("/questions/map?from=5", 422),
        ("/questions/map?from=2026-05-01&to=2026-03-01", 409), ("/questions/map?where=(((", 422), ("/questions/funnel?type=order", 422),
        ("/questions/map?s.nothing=1", 404), ("/questions/count?sel=what:ever", 404), ("/questions/count?sel=step:nothing&type=order", 404),
        ("/questions/count?sel=variant:x", 404), ("/questions/funnel?type=order&step=placed&within=soon", 422),
        ("/questions/funnel?type=order&step=placed&strict=maybe", 422), ("/journeys?type=order&after=x", 400),
        ("/questions/variants?top=0", 422), ("/questions/map?path=scenic", 422), ("/questions/map?frm=2026-03-01", 422),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_with_a_sentence(program, path, status):
    answer = program.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), (
        answer.content
    )
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "expression",
    ["attribute(\"(select count(*) from read_text('/etc/passwd')) > 0\")", "region = (select 'RM')", "1; drop table x",
     "exists(select 1)", "region = getenv('HOME')", "region in (select * from glob('/*'))", "a" * 1_001],
)  # fmt: skip
def test_an_expression_reaches_nothing_but_the_journeys(program, expression):
    assert program.get("/questions/map", {"type": "order", "where": expression}).status_code == 422


def test_a_log_version_that_was_removed_is_gone_and_names_the_newest(program):
    made = JourneyBuild.objects.filter(journey_type="order").first()
    older = JourneyBuild.objects.filter(pk=made.pk).values().get()
    JourneyBuild.objects.create(**older | {"id": None, "log_version": "20200101T000000000000-00000000"})
    answer = program.get("/questions/map?type=order&log=20200101T000000000000-00000000")
    assert answer.status_code == 410
    assert answer.json()["newest"] == made.log_version


def test_figures_need_one_scope_and_rows_another(shop, caller):
    program = caller("read:journeys")
    assert program.get("/questions/map?type=order").status_code == 200
    assert program.get("/journeys?type=order").status_code == 403
    assert caller("read:persons", name="p").get("/questions/map?type=order").status_code == 403
