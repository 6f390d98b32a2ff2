from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from recorrido.events.actions import ensure_source, record_many
from recorrido.events.models import Event, Quarantine
from recorrido.events.records import NewEvent
from recorrido.site.cli import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused():
    """An event without a type, waiting in quarantine."""
    event = NewEvent(message_id="m1", type="", at=datetime(2026, 10, 1, tzinfo=UTC))
    record_many(source=ensure_source(name="shop"), events=[event])


def command(*arguments):
    return CliRunner().invoke(build(), ["quarantine", *arguments])


def test_the_waiting_events_are_listed_with_their_reasons(refused):
    (row,) = Quarantine.objects.all()
    assert f"shop  {row.code}: {row.detail}" in command("list").stdout


def test_json_carries_the_whole_event(refused):
    (line,) = command("list", "--json").stdout.splitlines()
    assert json.loads(json.loads(line)["event"])["message_id"] == "m1"


def test_an_empty_quarantine_says_so():
    assert command("list").stderr == "Nothing waits in quarantine.\n"


def test_what_is_still_not_understood_stays_after_a_replay(refused):
    result = command("replay")
    assert "Events recorded: 0. Others still wait" in result.stderr
    assert Quarantine.objects.filter(released_at__isnull=True).count() == 1


def test_what_is_understood_now_is_recorded_by_a_replay(refused):
    row = Quarantine.objects.get()
    Quarantine.objects.update(payload=row.payload.replace('"type":""', '"type":"order.placed"'))
    assert "Events recorded: 1." in command("replay").stderr
    assert Event.objects.count() == 1
