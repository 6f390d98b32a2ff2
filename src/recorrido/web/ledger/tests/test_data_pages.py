from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recorrido.events import actions
from recorrido.events.models import (
    Alarm,
    Bookmark,
    Event,
    EventSchema,
    HealthThreshold,
    LedgerJob,
    Quarantine,
    QuarantineRule,
    Remapping,
    RetentionRule,
)
from recorrido.events.tests.making import NOON, event, record
from recorrido.journeys.exporting.actions import export_aside
from recorrido.shared import clock
from recorrido.web.ledger.reasons import REASONS

pytestmark = pytest.mark.django_db(transaction=True)  # a consumer waits for the end of a writer

RULE = {
    "name": "no fax",
    "source": "",
    "code": "unknown_channel",
    "type_pattern": "",
    "steps": "channel phone",
}


def told():
    """A ledger with a little of everything: events, counters, a refused event; returns the refused one."""
    record(
        event("m1", properties={"amount": 7}, identifiers=(("customer", "C1"),)),
        event("m2", "Order Placed", properties={"order": "7"}),
        event("m3", channel="fax"),
    )
    while actions.count_events():
        pass
    return Quarantine.objects.get()


def text(client, address, **fields):
    answer = client.get(address, fields)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def pages():
    """Every address of the data pages that is read, for what ``told`` left behind."""
    row, type_id = Quarantine.objects.get(), Event.objects.first().type_id
    source_id = row.source_id
    return [
        *(
            "/data/health/",
            f"/data/health/sources/{source_id}/",
            "/data/health/alarms/",
            "/data/health/alarms/open/",
        ),
        f"/data/health/sources/{source_id}/without-person/{type_id}/",
        *(
            "/data/quarantine/",
            f"/data/quarantine/{row.id}/",
            "/data/quarantine/rules/",
            "/data/quarantine/jobs/",
        ),
        *(
            "/data/types/",
            f"/data/types/{type_id}/",
            "/data/types/schemas/export/",
            "/data/types/remappings/",
        ),
        *("/data/types/retention/", "/data/consumers/"),
    ]


FORMS = [
    "/data/quarantine/rules/new/",
    "/data/types/schemas/import/",
    "/data/types/remappings/new/",
    "/data/types/retention/new/",
    "/data/consumers/data-health/",
]


def test_an_analyst_reads_every_page_and_changes_nothing(signed_in, analyst):
    told()
    client = signed_in(analyst)
    assert {address: client.get(address).status_code for address in pages()} == dict.fromkeys(pages(), 200)
    assert {client.get(address).status_code for address in FORMS} == {403}
    assert client.post(pages()[6], {"do": "replay"}).status_code == 403
    assert client.post(pages()[1], {"silence_hours": "2"}).status_code == 403


def test_an_agent_sees_none_of_them(signed_in, make_staff):
    told()
    client = signed_in(make_staff("agent"))
    assert {client.get(address).status_code for address in pages()} == {403}


def test_an_administrator_opens_every_form(signed_in, admin):
    told()
    assert {signed_in(admin).get(address).status_code for address in FORMS} == {200}


def test_an_empty_installation_has_all_the_pages(signed_in, admin):
    client = signed_in(admin)
    for place in ("health", "quarantine", "types", "consumers", "types/retention", "quarantine/rules"):
        assert client.get(f"/data/{place}/").status_code == 200


def test_where_events_are_exported_to_is_shown_with_what_lies_there_and_why_it_stopped(
    signed_in, admin, settings, tmp_path
):
    told()
    client = signed_in(admin)
    assert "Eventos exportados" not in text(client, "/data/health/")
    settings.RECORRIDO_EXPORT = str(tmp_path / "events")
    export_aside()
    page = text(client, "/data/health/")
    assert str(tmp_path) in page and "0 eventos" in page and "se detuvo" not in page
    settings.RECORRIDO_EXPORT = str(tmp_path / "events" / "export.json")
    export_aside()
    assert "se detuvo" in text(client, "/data/health/")


def test_every_reason_the_door_knows_has_words():
    import ast
    from pathlib import Path

    from recorrido.events import door

    tree = ast.parse(Path(door.__file__).read_text())
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "RefusedEvent"
    ]
    codes = {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}
    fields = ("message_id", "type", "object_id", "attribute_name")
    codes |= {f"{what}_{field}" for what in ("missing", "long", "bad") for field in fields}
    assert codes - REASONS.keys() == set()


def test_a_refused_event_is_shown_with_its_reason_in_the_readers_language(signed_in, admin):
    row = told()
    page = text(signed_in(admin), f"/data/quarantine/{row.id}/")
    assert "Canal desconocido" in page and "is none of web" in page


def test_an_event_is_edited_and_replayed(signed_in, admin):
    row = told()
    payload = row.payload.replace('"fax"', '"phone"')
    client = signed_in(admin)
    client.post(f"/data/quarantine/{row.id}/", {"payload": payload, "do": "edit"})
    page = text(client, f"/data/quarantine/{row.id}/")
    assert Event.objects.filter(channel="phone").count() == 1
    assert "Admin" in page and "-  &quot;channel&quot;: &quot;fax&quot;" in page


def test_an_edit_that_is_no_event_comes_back_with_a_sentence_and_the_text(signed_in, admin):
    row = told()
    answer = signed_in(admin).post(f"/data/quarantine/{row.id}/", {"payload": '{"type": 7}', "do": "edit"})
    assert answer.status_code == 422
    assert (
        "Esto no es un evento" in answer.content.decode()
        and "{&quot;type&quot;: 7}" in answer.content.decode()
    )


def test_ticked_events_are_replayed_by_a_rule(signed_in, admin):
    row = told()
    client = signed_in(admin)
    client.post("/data/quarantine/rules/new/", RULE)
    rule = QuarantineRule.objects.get()
    client.post("/data/quarantine/replay/", {"row": [row.id], "do": "replay", "rule": rule.id})
    row.refresh_from_db()
    assert not row.waits


def test_a_rule_with_a_mistake_comes_back_with_its_line(signed_in, admin):
    answer = signed_in(admin).post("/data/quarantine/rules/new/", RULE | {"steps": "type a\nchannel fax"})
    assert (answer.status_code, QuarantineRule.objects.count()) == (422, 0)
    assert "Línea 2" in answer.content.decode()


def test_all_that_match_are_discarded_for_a_reason_as_a_job(signed_in, admin):
    told()
    record(event("m4", type_=""))
    client = signed_in(admin)
    fields = {"which": "all", "do": "discard", "code": "unknown_channel", "why": "prueba de la tienda"}
    answer = client.post("/data/quarantine/replay/", fields, follow=True)
    assert "descartados" in answer.content.decode()
    assert list(Quarantine.objects.filter(discarded_at__isnull=True).values_list("code", flat=True)) == [
        "missing_type"
    ]
    assert (LedgerJob.objects.get().state, LedgerJob.objects.get().counts) == ("done", {"discarded": 1})


def test_many_events_become_a_job_of_the_worker_with_progress(signed_in, admin):
    record(*(event(f"m{n}", channel="fax") for n in range(201)))
    client = signed_in(admin)
    client.post("/data/quarantine/rules/new/", RULE)
    rule = QuarantineRule.objects.get()
    client.post("/data/quarantine/replay/", {"which": "all", "do": "replay", "rule": rule.id})
    job = LedgerJob.objects.get()
    assert "hx-get" in text(client, f"/data/quarantine/jobs/{job.id}/")
    assert actions.carry_out(job=job).counts == {"recorded": 201}
    assert "100 %" in text(client, f"/data/quarantine/jobs/{job.id}/")


def test_nothing_is_discarded_without_a_reason(signed_in, admin):
    row = told()
    client = signed_in(admin)
    client.post("/data/quarantine/replay/", {"row": [row.id], "do": "discard", "why": ""})
    client.post(f"/data/quarantine/{row.id}/", {"do": "discard", "why": " "})
    row.refresh_from_db()
    assert row.waits


def test_the_quarantine_is_searched_by_reason_source_type_and_words(signed_in, admin):
    row = told()
    client = signed_in(admin)
    for fields in ({"code": "unknown_channel"}, {"source": row.source_id}, {"type": "order.*"}, {"q": "fax"}):
        assert f"/data/quarantine/{row.id}/" in text(client, "/data/quarantine/", **fields)
    for fields in (
        {"code": "bad_type"},
        {"source": 0},
        {"type": "cart"},
        {"q": "zebra"},
        {"state": "discarded"},
    ):
        assert f"/data/quarantine/{row.id}/" not in text(client, "/data/quarantine/", **fields)


def test_a_type_shows_whether_the_blueprint_names_it(signed_in, admin):
    from recorrido.journeys.actions import install_blueprint
    from recorrido.journeys.tests.blueprints import SMALL

    told()
    install_blueprint(source=SMALL, file_name="small.yaml", actor=None)
    page = text(signed_in(admin), "/data/types/", show="unmapped")
    assert "Order Placed" in page and "order.placed<" not in page


def test_a_schema_is_proposed_tried_saved_and_put_in_force(signed_in, admin):
    told()
    client, type_id = signed_in(admin), Event.objects.first().type_id
    address = f"/data/types/{type_id}/schemas/new/"
    assert "&quot;amount&quot;" in text(client, address)
    fields = {"text": '{"required": ["currency"]}', "policy": "note", "remark": ""}
    assert "currency" in client.post(address, fields | {"do": "try"}).content.decode()
    client.post(address, fields | {"do": "save"})
    schema = EventSchema.objects.get()
    client.post(f"/data/types/schemas/{schema.id}/", {"do": "in", "policy": "refuse"})
    schema.refresh_from_db()
    assert (schema.in_force, schema.policy) == (True, "refuse")
    client.post(f"/data/types/schemas/{schema.id}/", {"do": "out"})
    schema.refresh_from_db()
    assert not schema.in_force


def test_a_text_that_is_no_schema_comes_back_with_a_sentence(signed_in, admin):
    told()
    address = f"/data/types/{Event.objects.first().type_id}/schemas/new/"
    answer = signed_in(admin).post(address, {"text": "{", "policy": "note", "do": "save"})
    assert (answer.status_code, EventSchema.objects.count()) == (422, 0)


def test_schemas_go_out_and_come_in_as_a_file(signed_in, admin):
    told()
    actions.add_schema(actor=admin, type_name="order.placed", text="{}", policy="note")
    client = signed_in(admin)
    exported = client.get("/data/types/schemas/export/").content
    assert json.loads(exported)["schemas"][0]["type"] == "order.placed"
    from django.core.files.uploadedfile import SimpleUploadedFile

    changed = exported.replace(b'"schema": {}', b'"schema": {"type": "object"}')
    client.post("/data/types/schemas/import/", {"file": SimpleUploadedFile("schemas.json", changed)})
    assert list(EventSchema.objects.order_by("version").values_list("version", flat=True)) == [1, 2]


def test_a_remapping_is_previewed_applied_and_undone(signed_in, admin):
    told()
    client = signed_in(admin)
    fields = {"name": "words", "source": "", "type_pattern": "Order*", "steps": "type order.placed"}
    assert (
        "<strong>order.placed</strong>"
        in client.post("/data/types/remappings/new/", fields | {"do": "preview"}).content.decode()
    )
    assert Remapping.objects.count() == 0
    client.post("/data/types/remappings/new/", fields | {"do": "apply"})
    one = Remapping.objects.get()
    client.post(f"/data/types/remappings/{one.id}/undo/")
    one.refresh_from_db()
    assert not one.in_force


def test_a_retention_rule_is_made_counted_and_switched(signed_in, admin):
    told()
    client = signed_in(admin)
    fields = {"kind": "empty", "source": "", "type_pattern": "", "months": "1"}
    client.post("/data/types/retention/new/", fields)
    rule = RetentionRule.objects.get()
    with clock.frozen(NOON.replace(year=2027)):
        assert ">2</td>" in text(client, "/data/types/retention/", count=rule.id)
    client.post(f"/data/types/retention/{rule.id}/", {"active": "no"})
    rule.refresh_from_db()
    assert not rule.is_active


def test_a_consumer_is_moved_after_its_page_said_what_happens(signed_in, admin):
    told()
    client, address = signed_in(admin), "/data/consumers/data-health/"
    said = client.post(address, {"position": "0", "do": "look"}).content.decode()
    assert "se cuenta de nuevo" in said and actions.count_events() is False
    client.post(address, {"position": "0", "do": "move"})
    assert Bookmark.objects.get(consumer="data-health").position == 0


@pytest.mark.parametrize(
    "fields", [{}, {"position": "1", "moment": "2026-03-01T12:00"}, {"position": "99999999"}]
)
def test_a_place_that_is_none_comes_back_with_a_sentence(signed_in, admin, fields):
    told()
    assert signed_in(admin).post("/data/consumers/data-health/", fields | {"do": "move"}).status_code == 422


def test_limits_of_a_source_are_changed(signed_in, admin):
    row = told()
    fields = {"alarms": "on", "silence_hours": "3", "ahead_hours": "48"}
    signed_in(admin).post(f"/data/health/sources/{row.source_id}/", fields)
    limits = HealthThreshold.objects.select_related("source").get()
    assert (limits.silence_hours, limits.lag_minutes, limits.source.ahead_hours) == (3, None, 48)


def test_open_alarms_are_marked_in_the_bar(signed_in, admin, make_staff):
    Alarm.objects.create(
        code="silent",
        subject="shop",
        severity="bad",
        facts={"source": "shop", "hours": 3, "missed": 40},
        seen_at=clock.now(),
    )
    client = signed_in(admin)
    assert 'hx-get="/data/health/alarms/open/"' in text(client, "/data/health/")
    assert "1 alarma de datos" in text(client, "/data/health/alarms/open/")
    assert "shop no cuenta nada hace 3 h" in text(client, "/data/health/alarms/")
    assert "alarms/open" not in signed_in(make_staff("agent")).get("/people/").content.decode()


def test_lists_come_as_files(signed_in, admin):
    told()
    client = signed_in(admin)
    for place in (
        "health",
        "health/alarms",
        "quarantine",
        "quarantine/rules",
        "types",
        "types/remappings",
        "consumers",
    ):
        answer = client.get(f"/data/{place}/?format=csv")
        assert answer["Content-Type"].startswith("text/csv"), place


def test_pages_of_events_without_a_person_follow_each_other(signed_in, admin):
    record(*(event(f"m{n}", minute=n) for n in range(120)))
    while actions.count_events():
        pass
    one = Event.objects.first()
    client, address = signed_in(admin), f"/data/health/sources/{one.source_id}/without-person/{one.type_id}/"
    seen, after = [], ""
    while True:
        context = client.get(address, {"after": after}).context
        seen += [sample.id for sample in context["events"]]
        after = context["next_after"]
        if not after:
            break
    assert seen == list(Event.objects.order_by("-id").values_list("id", flat=True))


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        client.get(address)
    return len(seen)


def refuse(count):
    record(*(event(f"q{n}", "" if n % 2 else "a", channel="fax") for n in range(count)))


def test_a_page_of_the_quarantine_costs_the_same_whatever_its_length(
    signed_in, admin, django_assert_num_queries
):
    refuse(2)
    client = signed_in(admin)
    few = queries(client, "/data/quarantine/")
    refuse(60)
    with django_assert_num_queries(few):
        client.get("/data/quarantine/")


def test_a_page_of_types_costs_the_same_whatever_its_length(signed_in, admin, django_assert_num_queries):
    told()
    client = signed_in(admin)
    few = queries(client, "/data/types/")
    record(*(event(f"t{n}", f"type.{n}") for n in range(30)))
    actions.count_events()
    with django_assert_num_queries(few):
        client.get("/data/types/")


def test_a_page_of_rules_costs_the_same_whatever_its_length(signed_in, admin, django_assert_num_queries):
    client = signed_in(admin)
    few = queries(client, "/data/quarantine/rules/")
    for n in range(20):
        client.post("/data/quarantine/rules/new/", RULE | {"name": f"rule {n}"})
    client.get("/data/quarantine/rules/")  # says “saved” twenty times
    with django_assert_num_queries(few):
        client.get("/data/quarantine/rules/")


def test_a_page_of_jobs_costs_the_same_whatever_its_length(signed_in, admin, django_assert_num_queries):
    client = signed_in(admin)
    few = queries(client, "/data/quarantine/jobs/")
    LedgerJob.objects.bulk_create(LedgerJob(kind="replay", staff=admin) for _ in range(20))
    with django_assert_num_queries(few):
        client.get("/data/quarantine/jobs/")


def test_a_page_of_remappings_costs_the_same_whatever_its_length(signed_in, admin, django_assert_num_queries):
    client = signed_in(admin)
    few = queries(client, "/data/types/remappings/")
    Remapping.objects.bulk_create(
        Remapping(name="a", type_pattern="b", steps="channel web", staff=admin) for _ in range(20)
    )
    with django_assert_num_queries(few):
        client.get("/data/types/remappings/")


def test_a_page_of_alarms_costs_the_same_whatever_its_length(signed_in, admin, django_assert_num_queries):
    client = signed_in(admin)
    few = queries(client, "/data/health/alarms/")
    Alarm.objects.bulk_create(
        Alarm(code="silent", subject=f"s{n}", severity="bad", seen_at=clock.now()) for n in range(20)
    )
    with django_assert_num_queries(few):
        client.get("/data/health/alarms/")
