"""The ledger's export as trayecto reads it: the same log, in one piece and in shards, whatever happened in between."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

import trayecto
from trayecto.cli.app import code_of
from trayecto.errors import UnreadableFile
from trayecto.events.exported import Update, opened
from trayecto.events.exported.layout import DRAFT, MANIFEST
from trayecto.events.exported.rows import event_table

HEADER = "id,event_type,at,date_only,channel,source,identifier,objects,properties"
DAY = 86_400_000_000


def _line(number: int, luck: random.Random) -> str:
    at = 1_770_000_000_000_000 + luck.randrange(80) * DAY + luck.randrange(DAY)
    orders = [["order", f"o{luck.randrange(40)}"] for _ in range(luck.choice([0, 1, 1, 1, 2]))]
    told = {"amount": str(luck.randrange(90)), "note": luck.choice(['a "quoted", one', "two\nlines", ""])}
    cells = [json.dumps([*orders, ["store", "S1"]]), json.dumps(told)]
    texts = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    who = luck.choice(["", str(luck.randrange(1, 30))])
    return f"{number},{luck.choice('abc')},{at},f,{luck.choice(['web', ''])},shop,{who},{texts}"


def _csv(lines: Sequence[str]) -> bytes:
    return "\n".join([HEADER, *lines, ""]).encode()


def _lines(first: int, count: int) -> list[str]:
    luck = random.Random(first)
    return [_line(number, luck) for number in range(first, first + count)]


def _persons(*rows: tuple[int, int, dict[str, str]]) -> bytes:
    lines = [
        f'{one},{person},"{json.dumps(told).replace(chr(34), chr(34) * 2)}"' for one, person, told in rows
    ]
    return "\n".join(["identifier,person,attributes", *lines, ""]).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _export_to(str(tmp_path / "events"))
    return tmp_path / "events"


def _export_to(place: str) -> None:
    update = Update(place)
    update.add(_csv(_lines(1, 300)), 300)
    update.add(_csv(_lines(301, 200)), 500)
    update.set_persons(0, _persons((2, 1, {"region": "RM"}), (9, 9, {"region": "X"})))
    update.publish(at_once=False)


def _rows(folder: Path, **wish: object) -> pa.Table:
    return trayecto.read_events(folder, step="event_type", at="at", **wish).table


def test_files_lie_by_month_and_hold_every_event_once(folder):
    files = opened(folder).files
    assert {Path(file).parent.name for file in files} == {"month=2026-02", "month=2026-03", "month=2026-04"}
    ids = [number for file in files for number in parquet.read_table(file)["id"].to_pylist()]
    assert sorted(ids) == list(range(1, 501))


def test_an_event_of_two_orders_is_a_step_of_both(folder):
    told = [
        json.loads(line.split('"', 1)[1].split(']]"')[0].replace('""', '"') + "]]") for line in _all_lines()
    ]
    orders = sum(max(1, sum(kind == "order" for kind, _name in one)) for one in told)
    assert _rows(folder, journey="", columns=["objects.order"]).num_rows == orders


def _all_lines() -> list[str]:
    return _lines(1, 300) + _lines(301, 200)


def test_identifiers_are_the_persons_they_belong_to_today(folder):
    rows = _rows(folder, journey="", columns=["identifier", "person", "person.region"]).to_pylist()
    found = {row["identifier"]: (row["person"], row["person.region"]) for row in rows}
    assert (
        found[2] == (1, "RM")
        and found[9] == (9, "X")
        and found[3] == (3, None)
        and found[None] == (None, None)
    )


def test_properties_are_texts_as_they_were_told(folder):
    rows = _rows(folder, journey="", columns=["properties.note", "properties.unknown"])
    assert set(rows["properties.note"].to_pylist()) == {'a "quoted", one', "two\nlines", ""}
    assert rows["properties.unknown"].null_count == rows.num_rows


def test_an_export_on_a_store_is_the_same_as_one_in_a_folder(folder, tmp_path):
    place = f"memory://{tmp_path.name}/events"
    _export_to(place)
    how = {
        "journey": "objects.order",
        "step": "event_type",
        "at": "at",
        "columns": ["channel", "person", "person.region"],
    }
    assert trayecto.read_events(place, **how).table.equals(trayecto.read_events(folder, **how).table)
    shards = [
        trayecto.build_shards([source], tmp_path / f"log{number}", shards=2, reading=how)[0]
        for number, source in enumerate([folder, place])
    ]
    assert shards[0].map().to_dict() == shards[1].map().to_dict()
    update = Update(place)
    update.add(_csv(_lines(501, 10)), 510)
    update.publish(at_once=True)
    assert len(trayecto.read_events(place, **how | {"journey": ""}).table) > 500


def test_shards_of_an_export_answer_as_one_piece(folder, tmp_path):
    how = {"journey": "objects.order", "step": "event_type", "at": "at", "columns": ["channel", "person"]}
    kept = trayecto.read_events(folder, **how).table
    with pytest.raises(trayecto.BadRows):
        trayecto.read_events(folder, strict=True, **how)  # events without an order
    whole = trayecto.build(trayecto.read_events(folder, **how), tmp_path / "whole")
    shards, _report = trayecto.build_shards([folder], tmp_path / "shards", shards=3, reading=how)
    assert whole.total_events == kept.num_rows == shards.total_events
    assert shards.map().to_dict() == whole.map().to_dict()


def test_what_was_not_published_is_not_seen_and_gone_on_from(folder):
    begun = Update(str(folder))
    begun.add(_csv(_lines(501, 50)), 550)
    assert opened(folder).position == 500 and len(_rows(folder, journey="")) == 500
    again = Update(str(folder))
    assert again.manifest.position == 550
    again.publish(at_once=False)
    assert len(_rows(folder, journey="")) == 550 and not (folder / DRAFT).exists()


def test_what_nobody_names_goes_with_the_next_run(folder):
    stray = folder / "events" / "month=2026-03" / "000000000000001-000000000000009-00000000.parquet"
    stray.write_bytes(b"half")
    Update(str(folder))
    assert not stray.exists()


def test_files_of_somebody_else_are_never_touched(folder, tmp_path):
    strange = folder / "events" / "notes.parquet"
    strange.write_bytes(b"mine")
    Update(str(folder))
    assert strange.exists()
    (tmp_path / "other" / "persons").mkdir(parents=True)
    (tmp_path / "other" / "persons" / "000000-00000000.parquet").write_bytes(b"mine")
    with pytest.raises(UnreadableFile, match="something else"):
        Update(str(tmp_path / "other"))


def test_what_was_taken_out_is_gone_at_once_from_the_one_file_that_held_it(folder):
    update, before = Update(str(folder)), opened(folder).files
    assert update.rewrite([(7, 7)], (), _reread) == 1
    update.publish(at_once=True)
    (gone,) = set(before) - set(opened(folder).files)
    assert not Path(gone).exists() and len(_rows(folder, journey="")) == 500
    rows = _rows(folder, journey="", columns=["id", "identifier", "properties.amount"]).to_pylist()
    assert next(row for row in rows if row["id"] == 7)["properties.amount"] is None


def _reread(ids: Sequence[int]) -> bytes:
    wanted = set(ids)
    return _csv([_without(line) for line in _all_lines() if _id(line) in wanted])


def _id(line: str) -> int:
    return int(line.split(",", 1)[0])


def _without(line: str) -> str:
    if _id(line) != 7:
        return line
    return ",".join([*line.split(",")[:6], "", "[]", "{}"])


def test_files_that_were_joined_stay_for_who_is_reading_them(folder):
    before = opened(folder).files
    for first in range(501, 511):
        update = Update(str(folder))
        update.add(_csv(_lines(first, 1)), first)
        update.publish(at_once=False)
    for first in range(511, 520):
        update = Update(str(folder))
        update.add(_csv([_line(first, random.Random(1))]), first)
        update.publish(at_once=False)
    after = opened(folder).files
    assert len(after) < len(before) + 19 and set(before) - set(after)
    assert all(Path(file).exists() for file in before)
    assert sorted(_rows(folder, journey="", columns=["id"])["id"].to_pylist()) == list(range(1, 520))


def test_a_file_away_from_its_export_says_that_nobody_knows_whose_its_events_are(folder, tmp_path):
    alone = tmp_path / "alone.parquet"
    alone.write_bytes(Path(opened(folder).files[0]).read_bytes())
    assert trayecto.read_events(alone, step="event_type", at="at", journey="", columns=["channel"])
    with pytest.raises(UnreadableFile, match="whose they are"):
        trayecto.read_events(alone, step="event_type", at="at", journey="person")


def test_an_event_of_more_than_a_megabyte_is_exported_too():
    told = json.dumps({"note": "x" * 3_000_000}).replace('"', '""')
    lines = [f'{number},a,0,f,web,shop,,,"{told}"' for number in (1, 2)]
    table = event_table(_csv(lines))
    assert [len(dict(row)["note"]) for row in table["properties"].to_pylist()] == [3_000_000] * 2


def test_a_file_that_somebody_removed_or_damaged_is_named_with_what_to_do(folder):
    found = Path(opened(folder).files[0])
    for content in (b"no parquet", None):
        found.write_bytes(content) if content else found.unlink()
        with pytest.raises(
            UnreadableFile, match=rf"{found} is missing or damaged: .*remove .*, and export anew"
        ):
            Update(str(folder)).rewrite([(1, 500)], [], lambda ids: _csv(_lines(1, 2)))
    Path(opened(folder).persons[0]).unlink()
    update = Update(str(folder))
    update.set_persons(0, _persons((2, 1, {"region": "RM"})))
    update.publish(at_once=False)
    assert Path(opened(folder).persons[0]).exists()


def test_an_export_is_read_alone_for_beside_others_its_old_files_would_count_too(folder, tmp_path):
    other = tmp_path / "more.parquet"
    parquet.write_table(pa.table({"event_type": ["a"], "at": [DAY], "objects.order": ["o"]}), other)
    with pytest.raises(trayecto.BadValue, match="read it alone"):
        trayecto.build_shards([folder, other], tmp_path / "log", shards=2, reading={})


def test_a_folder_of_another_format_says_so(folder):
    (folder / MANIFEST).write_text("{}")
    with pytest.raises(UnreadableFile, match="exported events"):
        opened(folder)


@pytest.mark.parametrize("ranges", [[(1, 1)], [(299, 302), (301, 301)], [(501, 900)], [(1, 500)]])
def test_the_files_that_hold_a_changed_event_are_written_anew_and_no_others(folder, ranges):
    held = [set(parquet.read_table(file)["id"].to_pylist()) for file in opened(folder).files]
    touched = sum(any(low <= number <= high for number in ids for low, high in ranges) for ids in held)
    assert Update(str(folder)).rewrite(ranges, (), _reread) == touched


def test_a_type_that_is_read_as_another_word_has_its_files_written_anew(folder):
    assert Update(str(folder)).rewrite([], ["b"], _reread) == len(opened(folder).files)
    assert Update(str(folder)).rewrite([], ["unknown"], _reread) == 0


BLUEPRINT = """\
blueprint: small
departments: {shop: {}}
touchpoints:
  a: {event: a, stage: checkout, owner: shop}
  b: {event: b, stage: delivery, owner: shop}
journeys:
  order: {key: order, goal: b, attributes: {amount: {total: amount, type: number}, region: {person: region}}}
"""


@pytest.mark.parametrize("shards", [[], ["--shards", "2"]])
def test_the_command_builds_a_designed_log_from_the_folder_alone(folder, tmp_path, shards):
    (tmp_path / "small.yaml").write_text(BLUEPRINT)
    build = [
        "build",
        str(folder),
        "--blueprint",
        str(tmp_path / "small.yaml"),
        "--out",
        str(tmp_path / "log"),
    ]
    assert code_of([*build, *shards]) == 0
    log = trayecto.JourneyLog.open(tmp_path / "log")
    assert set(log.steps) == {"a", "b"} and {"amount", "region"} <= set(log.journeys().column_names)
    assert {"RM", "X"} <= set(log.journeys()["region"].to_pylist())


def test_shards_say_how_many_events_are_in_no_journey_and_replace_no_log_by_an_empty_one(
    folder, tmp_path, capsys
):
    (tmp_path / "small.yaml").write_text(BLUEPRINT)
    (tmp_path / "none.yaml").write_text(
        BLUEPRINT.replace("event: a", "event: x").replace("event: b", "event: y")
    )
    build = ["build", str(folder), "--shards", "2", "--out", str(tmp_path / "log"), "--blueprint"]
    assert code_of([*build, str(tmp_path / "small.yaml")]) == 0
    log = trayecto.JourneyLog.open(tmp_path / "log")
    rows = _rows(folder, journey="", columns=["objects.order"]).num_rows
    assert f"{rows - log.total_events} events are in no journey" in capsys.readouterr().err
    assert code_of([*build, str(tmp_path / "none.yaml")]) == 2
    assert "none is a step" in capsys.readouterr().err
    assert trayecto.JourneyLog.open(tmp_path / "log").version == log.version


def test_the_command_names_the_columns_of_an_export_that_it_takes_apart(folder, tmp_path):
    build = ["build", str(folder), "--journey", "objects.store", "--attr", "spent=properties.amount:last"]
    assert code_of([*build, "--out", str(tmp_path / "log")]) == 0
    assert trayecto.JourneyLog.open(tmp_path / "log").journeys()["journey"].to_pylist() == ["S1"]
