"""The journey design as a table, as plain forms."""

from __future__ import annotations

import pytest

from recorrido.journeys.actions import edit_installed, install_blueprint
from recorrido.journeys.blueprint import find_blueprint
from recorrido.journeys.drafting.editing import rows_of
from recorrido.journeys.drafting.text import design_of
from recorrido.journeys.models import BlueprintDraft, BlueprintVersion, DraftState, JourneyBuild

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(signed_in, admin):
    return signed_in(admin)


@pytest.fixture
def draft(admin):
    install_blueprint(source=find_blueprint("olist").read_text(), file_name="olist.yaml", actor=None)
    return edit_installed(actor=admin)


def form(draft, **changes):
    """The table as it stands, with changes: ``{"order.placed": {"es": "Compra"}}``."""
    sent = {"title": "Olist"}
    for number, row in enumerate(rows_of(design_of(draft.source))):
        cells = {name: getattr(row, name) for name in ("key", "place", "es", "en", "stage", "owner", "nature",
                                                       "importance", "gate", "promise", "promised", "since")}  # fmt: skip
        cells |= {f"goal.{slug}": "on" for slug in row.goals} | (
            {"exceptional": "on"} if row.exceptional else {}
        )
        cells |= changes.get(row.key, {})
        sent |= {f"row.{number}.{name}": value for name, value in cells.items() if value is not None}
    return sent


def save(visitor, draft, do="keep", changes=None, **more):
    answer = visitor.post(
        f"/journeys/blueprint/drafts/{draft.pk}/", form(draft, **(changes or {})) | {"do": do} | more
    )
    draft.refresh_from_db()
    return answer


def test_the_table_shows_every_touchpoint_with_what_can_be_chosen(visitor, draft):
    page = visitor.get(f"/journeys/blueprint/drafts/{draft.pk}/").content.decode()
    assert page.count('name="row.') > 100
    assert all(word in page for word in ("Embalaje", "no se mide", "Preventa", "Meta de Pedido"))


def test_saving_it_untouched_changes_nothing_but_the_writing(visitor, draft):
    before = draft.source
    save(visitor, draft)
    assert draft.source == before


def test_what_is_edited_is_kept_and_installed_as_the_next_version(visitor, draft):
    save(visitor, draft, changes={"order.placed": {"es": "Compra", "importance": "4", "gate": "risk"}})
    answer = save(visitor, draft, do="install", changes={"order.shipped": {"place": 0}})
    assert (answer.url, draft.state) == (
        f"/journeys/blueprint/drafts/{draft.pk}/build/",
        DraftState.INSTALLED,
    )
    blueprint = BlueprintVersion.objects.newest().read()
    placed = blueprint.by_key["order.placed"]
    assert (placed.label.es, placed.gate.origin, placed.importance) == ("Compra", "risk", 0.8)
    assert blueprint.by_key["order.shipped"].number == 0
    assert {build.journey_type for build in JourneyBuild.objects.all()} == {"order", "customer"}


def test_a_mistake_is_told_at_its_row_and_nothing_is_installed(visitor, draft):
    changes = {"order.shipped": {"promise": "within", "promised": "pronto"}}
    answer = save(visitor, draft, do="install", changes=changes)
    page = answer.content.decode()
    assert (answer.status_code, BlueprintVersion.objects.count()) == (422, 1)
    assert 'class="wrong"' in page
    assert "7d, 36h" in page


def test_without_a_goal_it_says_what_is_missing(visitor, draft):
    page = save(
        visitor, draft, do="install", changes={"order.delivered": {"goal.order": None, "goal.customer": None}}
    )
    assert "journeys.order.goal" in page.content.decode()


def test_departments_and_touchpoints_are_added_in_place(visitor, draft):
    save(visitor, draft, do="department", department="Riesgo")
    save(
        visitor, draft, do="touchpoint", touchpoint="Llamado de bienvenida", **{"touchpoint.owner": "riesgo"}
    )
    design = design_of(draft.source)
    assert design["departments"]["riesgo"] == {"label": "Riesgo"}
    assert design["touchpoints"]["llamado_de_bienvenida"]["owner"] == "riesgo"
    answer = save(visitor, draft, do="touchpoint")
    assert "Escriba su nombre" in answer.content.decode()


def test_the_map_follows_the_build(visitor, draft):
    save(visitor, draft, do="install")
    address = f"/journeys/blueprint/drafts/{draft.pk}/build/"
    assert 'hx-trigger="every 1s"' in visitor.get(address).content.decode()
    JourneyBuild.objects.filter(journey_type="order").update(state="done", log_version="v1")
    assert visitor.get(address).url == "/journeys/?type=order&log=v1"


def test_a_draft_can_be_dropped_and_downloaded(visitor, draft):
    assert visitor.get(f"/journeys/blueprint/drafts/{draft.pk}/file/").content.decode() == draft.source
    visitor.post(f"/journeys/blueprint/drafts/{draft.pk}/remove/")
    assert BlueprintDraft.objects.get().state == DraftState.DROPPED


def test_the_list_of_drafts_asks_the_same_number_of_queries_for_many(
    visitor, admin, draft, django_assert_num_queries
):
    for _number in range(55):
        BlueprintDraft.objects.create(name="x", source="", staff=admin)
    visitor.get("/journeys/blueprint/")
    with django_assert_num_queries(9):
        page = visitor.get("/journeys/blueprint/").content.decode()
    assert (page.count('<tr><th scope="row">'), "after=" in page) == (50, True)


def test_only_those_who_shape_the_blueprint_may_open_a_draft(signed_in, analyst, draft):
    client = signed_in(analyst)
    assert client.get("/journeys/blueprint/").status_code == 200
    assert client.get(f"/journeys/blueprint/drafts/{draft.pk}/").status_code == 403
    assert client.post("/journeys/blueprint/new/").status_code == 403
