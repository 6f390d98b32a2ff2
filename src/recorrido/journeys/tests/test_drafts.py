"""Blueprints proposed from events, edited as a table, installed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recorrido.company.errors import Forbidden
from recorrido.company.models import AuditEntry
from recorrido.journeys.actions import (
    drop_draft,
    edit_installed,
    install_blueprint,
    install_draft,
    propose_draft,
    write_draft,
)
from recorrido.journeys.blueprint import find_blueprint, load_blueprint, read_blueprint, shipped_blueprints
from recorrido.journeys.drafting.editing import (
    problems_of,
    rows_of,
    with_department,
    with_rows,
    with_unmeasured,
)
from recorrido.journeys.drafting.propose import FoundEvent, Proposal, add_to, new_design
from recorrido.journeys.drafting.text import design_of, text_of
from recorrido.journeys.drafting.vocabulary import label_of
from recorrido.journeys.errors import BlueprintInvalid, DraftClosed
from recorrido.journeys.models import BlueprintDraft, DraftState, JourneyBuild

EVENTS = [
    FoundEvent("order.placed", "Pedido", date_only=True),
    FoundEvent("payment.approved", "Pago", date_only=True),
    FoundEvent("order.delivered", "Entrega", date_only=True, promised=True),
    FoundEvent("return.requested", "Devolución", date_only=True),
    FoundEvent("order.firma", "Firma del contrato"),
]


def proposal(key="order", events=EVENTS, **more):
    return Proposal("Pedidos 2026", key, events, "CL", "America/Santiago", "CLP", **more)


def read(design):
    return read_blueprint(text_of(design))


def test_a_proposal_is_a_blueprint_that_can_be_installed():
    amount = {"amount": {"total": "amount", "of": "order.placed"}}
    blueprint = read(new_design(proposal(attributes=amount, value="amount")))
    stages = {t.key: (t.stage, t.owner, t.exceptional, t.date_only) for t in blueprint.touchpoints}
    assert stages["order.delivered"] == ("delivery", "logistics", False, True)
    assert stages["return.requested"] == ("return", "service", True, True)
    assert stages["order.firma"] == ("checkout", "service", False, False)
    assert (blueprint.journeys["order"].goal, blueprint.country) == (("order.delivered",), "CL")
    assert blueprint.by_key["order.delivered"].promise.property == "promised_at"


@pytest.mark.parametrize(
    ("key", "types", "goal"),
    [
        ("order", ["order.placed", "order.shipped"], "order.shipped"),
        ("return", ["order.delivered", "return.requested", "refund.paid"], "refund.paid"),
        ("case", ["contact.received", "case.assigned", "case.resolved"], "case.resolved"),
        ("order", ["order.uno", "order.dos"], "order.dos"),
    ],
)
def test_the_goal_is_the_last_good_step(key, types, goal):
    events = [FoundEvent(type_, type_.partition(".")[2]) for type_ in types]
    assert read(new_design(proposal(key, events))).journeys[key].goal == (goal,)


def test_types_that_no_blueprint_could_name_get_a_name_of_their_own():
    blueprint = read(new_design(proposal(events=[FoundEvent("Order Completed", "Completado"), *EVENTS])))
    assert blueprint.by_key["order_completed"].event == "Order Completed"


def test_what_is_there_stays_when_touchpoints_are_added():
    before = design_of(find_blueprint("starter").read_text())
    after, journey_type = add_to(before, proposal("return"))
    assert (journey_type, list(after["journeys"])) == ("return", ["purchase", "order", "return"])
    assert {key: after["touchpoints"][key] for key in before["touchpoints"]} == before["touchpoints"]
    assert set(after["touchpoints"]) - set(before["touchpoints"]) == {"order.firma"}
    assert read(after).journeys["order"].goal == ("order.delivered",)


@pytest.mark.parametrize("name", shipped_blueprints())
def test_a_blueprint_read_as_a_table_and_written_back_says_the_same(name):
    design = design_of(find_blueprint(name).read_text())
    again = read_blueprint(text_of(with_rows(design, rows_of(design))))
    old = load_blueprint(find_blueprint(name))
    assert [replace(t, number=0, position=0) for t in again.touchpoints] == [
        replace(t, number=0, position=0) for t in old.touchpoints
    ]
    assert (again.journeys, again.departments) == (old.journeys, old.departments)


def test_rows_change_order_names_gates_promises_and_goals():
    design = new_design(proposal())
    rows = {row.key: row for row in rows_of(design)}
    rows["payment.approved"] = replace(
        rows["payment.approved"], es="Pago web", gate="risk", mandatory=True, promise="working_days", promised="2",
        since="order.placed", goals=("order",), place=0,
    )  # fmt: skip
    blueprint = read(with_rows(design, rows.values()))
    paid = blueprint.by_key["payment.approved"]
    assert (paid.label.es, paid.gate.origin, paid.promise.working_days, paid.number) == (
        "Pago web",
        "risk",
        2,
        0,
    )
    assert blueprint.journeys["order"].goal == ("order.delivered", "payment.approved")


def test_a_removed_touchpoint_leaves_every_list_it_stood_in():
    design = design_of(find_blueprint("aromo").read_text())
    gone = "order.placed"
    rows = [replace(row, removed=row.key == gone) for row in rows_of(design)]
    after = with_rows(design, rows)
    places = [kind.get(name, []) for kind in after["journeys"].values() for name in ("usual", "without")]
    assert gone not in after["touchpoints"]
    assert not any(gone in place for place in places)


def test_problems_stand_at_their_rows():
    design = new_design(proposal())
    rows = [replace(row, owner="nadie") if row.key == "order.placed" else row for row in rows_of(design)]
    broken = with_rows(design, [replace(row, goals=()) for row in rows])
    with pytest.raises(BlueprintInvalid) as caught:
        read(broken)
    by_row, others = problems_of(broken, caught.value.problems)
    assert (list(by_row), [problem.path for problem in others]) == (["order.placed"], ["journeys.order.goal"])


def test_departments_and_touchpoints_without_events_are_added():
    design, key = with_department(new_design(proposal()), "Riesgo y fraude")
    design = with_unmeasured(design, label="Embalaje", stage="delivery", owner=key)
    blueprint = read(design)
    assert (blueprint.by_key["embalaje"].measured, blueprint.by_key["embalaje"].owner) == (
        False,
        "riesgo_y_fraude",
    )


@pytest.mark.django_db
def test_a_draft_is_in_force_for_nobody_until_it_is_installed(admin):
    draft = propose_draft(actor=admin, proposal=proposal(), origin="pedidos.csv", add=True)
    assert (draft.state, draft.base, draft.journey_type) == (DraftState.OPEN, None, "order")
    version, builds = install_draft(actor=admin, draft=draft)
    assert (version.number, [build.journey_type for build in builds]) == (1, ["order"])
    assert JourneyBuild.objects.get().blueprint == version
    actions = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["blueprint.drafted", "blueprint.installed", "journeys.build_asked"]


@pytest.mark.django_db
def test_a_draft_with_mistakes_is_kept_and_not_installed(admin):
    draft = propose_draft(actor=admin, proposal=proposal(), origin="", add=False)
    design = with_rows(
        design_of(draft.source), [replace(r, goals=()) for r in rows_of(design_of(draft.source))]
    )
    draft = write_draft(actor=admin, draft=draft, design=design)
    with pytest.raises(BlueprintInvalid):
        install_draft(actor=admin, draft=draft)
    assert BlueprintDraft.objects.get().state == DraftState.OPEN


@pytest.mark.django_db
def test_the_installed_blueprint_opens_as_a_draft_of_its_next_version(admin):
    install_blueprint(source=find_blueprint("aromo").read_text(), file_name="aromo.yaml", actor=None)
    draft = edit_installed(actor=admin)
    design = with_unmeasured(
        design_of(draft.source), label="Bolsa", stage="delivery", owner=first_owner(draft)
    )
    draft = write_draft(actor=admin, draft=draft, design=design)
    version, _builds = install_draft(actor=admin, draft=draft)
    assert (version.name, version.number) == ("aromo", 2)
    with pytest.raises(DraftClosed):
        drop_draft(actor=admin, draft=draft)


def first_owner(draft):
    return next(iter(design_of(draft.source)["departments"]))


@pytest.mark.django_db
def test_only_those_who_shape_the_blueprint_may_draft(analyst):
    with pytest.raises(Forbidden):
        propose_draft(actor=analyst, proposal=proposal(), origin="", add=False)


@pytest.mark.parametrize(
    ("column", "label"), [("fecha_de_entrega", "Entrega"), ("Fecha (2)", "Fecha (2)"), ("FECHA PAGO", "PAGO")]
)
def test_a_date_is_called_by_the_rest_of_its_name_where_that_says_anything(column, label):
    assert label_of(column) == label
