from __future__ import annotations

import pytest
from typer.testing import CliRunner

from recorrido.events.tests.making import event, record
from recorrido.site.cli import build

pytestmark = pytest.mark.django_db(transaction=True)  # only what is committed is exported


def command(*arguments):
    return CliRunner().invoke(build(), ["export", *map(str, arguments)])


def test_events_are_exported_and_counted(tmp_path):
    record(event("a"), event("b"))
    done = command(tmp_path / "events")
    assert (done.exit_code, "2 events added; 2 events" in done.stderr) == (0, True)
    assert "is up to date" in command(tmp_path / "events").stderr


def test_the_place_of_the_settings_is_the_usual_one(tmp_path, settings):
    assert command().exit_code == 2
    settings.RECORRIDO_EXPORT = str(tmp_path / "events")
    assert command().exit_code == 0 and (tmp_path / "events" / "export.json").is_file()


def test_a_place_that_is_none_ends_with_a_sentence(tmp_path):
    (tmp_path / "file").write_text("x")
    done = command(tmp_path / "file" / "events")
    assert (done.exit_code, "Traceback" in done.stderr) == (2, False)
