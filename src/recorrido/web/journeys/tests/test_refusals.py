"""What a page says when it cannot be shown as asked."""

from __future__ import annotations

import pytest

from recorrido.journeys.actions import install_blueprint
from recorrido.journeys.models import JourneyBuild
from recorrido.web.tests.retailers import WEIGHTED

pytestmark = pytest.mark.django_db
PAGES = [
    "/journeys/",
    "/journeys/where-it-hurts/",
    "/journeys/variants/",
    "/journeys/funnel/",
    "/journeys/behind/",
]


def said(answer) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_without_a_blueprint_it_says_how_to_begin(signed_in, analyst, data_folder, page):
    answer = signed_in(analyst).get(page)
    assert answer.status_code == 200
    assert "recorrido journeys install" in said(answer)


@pytest.mark.parametrize("page", PAGES)
def test_without_a_log_it_says_how_to_build_one(signed_in, analyst, data_folder, page):
    install_blueprint(source=WEIGHTED, file_name="small.yaml", actor=None)
    answer = signed_in(analyst).get(page)
    assert answer.status_code == 200
    assert "recorrido journeys build" in said(answer)


def test_the_state_page_offers_a_build_to_those_who_may_shape_journeys(signed_in, make_staff, data_folder):
    install_blueprint(source=WEIGHTED, file_name="small.yaml", actor=None)
    assert "/journeys/builds/ask/" in said(signed_in(make_staff("cx_lead")).get("/journeys/builds/"))
    assert "/journeys/builds/ask/" not in said(signed_in(make_staff("agent")).get("/journeys/builds/"))


def test_a_build_is_queued_once(signed_in, make_staff, data_folder):
    install_blueprint(source=WEIGHTED, file_name="small.yaml", actor=None)
    client = signed_in(make_staff("cx_lead"))
    for _again in range(2):
        assert client.post("/journeys/builds/ask/", {"type": "order"}).status_code == 302
    assert JourneyBuild.objects.filter(journey_type="order").count() == 1


def test_only_those_who_shape_journeys_may_ask_for_a_build(signed_in, analyst, data_folder):
    assert signed_in(analyst).post("/journeys/builds/ask/", {"type": "order"}).status_code == 403
