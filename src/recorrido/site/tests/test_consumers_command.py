from __future__ import annotations

from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from recorrido.events.consumers import consume
from recorrido.events.models import Bookmark
from recorrido.events.queries import ledger_horizon
from recorrido.events.tests.making import event, record
from recorrido.site.cli import build

pytestmark = pytest.mark.django_db(transaction=True)  # a consumer waits for the end of a writer

MORNING = datetime(2026, 10, 1, 9, tzinfo=UTC)


@pytest.fixture
def consumer():
    """One that has taken three events, received at nine, ten and eleven."""
    for hour in range(3):
        record(event(f"m{hour}", received_at=MORNING.replace(hour=9 + hour)))
    consume(consumer="test", handle=lambda events: None)
    return Bookmark.objects.get()


def command(*arguments):
    return CliRunner().invoke(build(), ["consumers", *arguments])


def test_every_consumer_is_listed_with_its_place(consumer):
    # With groups of thousands: ids go on counting from test to test.
    line = f"test  events  {consumer.position:,} of {ledger_horizon():,}  0 behind"
    assert line in command("list").stdout.splitlines()


def test_nobody_follows_an_empty_ledger():
    assert "Nothing follows" in command("list").stderr


def test_a_consumer_is_set_back_to_a_position(consumer):
    answer = command("move", "test", "--to", "0", "--yes")
    assert (answer.exit_code, Bookmark.objects.get().position) == (0, 0)


def test_a_consumer_is_set_back_to_a_moment(consumer):
    command("move", "test", "--at", "2026-10-01T10:00:00", "--yes")
    assert consumer.position - Bookmark.objects.get().position == 2


@pytest.mark.parametrize(
    "arguments", [["nobody", "--to", "0"], ["test"], ["test", "--to", "999999999", "--yes"]]
)
def test_what_is_no_place_is_told_so(consumer, arguments):
    assert command("move", *arguments).exit_code == 2
    assert Bookmark.objects.get().position == consumer.position


def test_nothing_moves_without_a_yes(consumer):
    assert command("move", "test", "--to", "0").exit_code == 1
    assert Bookmark.objects.get().position == consumer.position
