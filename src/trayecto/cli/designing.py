"""``trayecto build --blueprint``: the shape of the journeys comes from the design instead of from options."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trayecto.cli import output, sharding
from trayecto.errors import BadValue, EmptyLog, UnreadableFile

if TYPE_CHECKING:
    from trayecto.blueprint import Blueprint
    from trayecto.events.table import Events


@dataclass(frozen=True)
class Reading:
    """How the files are read."""

    files: list[Path]
    step: str | None
    at: str | None
    tz: str | None
    time_format: str | None
    strict: bool
    rejects: Path | None
    lifecycle: str | None
    id: str | None
    format: str | None

    def events(self, blueprint: Blueprint, journeys: str | None) -> Events:
        """All columns: which of them are properties of steps only the blueprint knows."""
        import trayecto

        return trayecto.read_events(
            [str(file) for file in self.files] if len(self.files) > 1 else str(self.files[0]),
            rejects=self.rejects,
            id_column=self.id,
            progress=sys.stderr.isatty(),
            **self.options(blueprint, journeys),
        )

    def options(self, blueprint: Blueprint, journeys: str | None) -> dict[str, Any]:
        """What holds for each of the files alone; the columns of exported events are known."""
        from trayecto.designed import reading_of_export
        from trayecto.events.exported import opened

        if len(self.files) == 1 and opened(self.files[0]):
            return reading_of_export(blueprint, journeys) | {"strict": self.strict}
        return {
            "journey": "",
            "step": self.step,
            "at": self.at,
            "tz": self.tz or blueprint.time_zone,
            "time_format": self.time_format,
            "strict": self.strict,
            "lifecycle": self.lifecycle,
            "format": self.format,
        }


def refuse(shaping: Mapping[str, object]) -> None:
    """BadValue when an option says what the blueprint says already."""
    for option, given in shaping.items():
        if given:
            raise BadValue(
                f"{option} is what the blueprint says: leave it away, or build without --blueprint."
            )


def need_blueprint(given: Mapping[str, object]) -> None:
    """BadValue when an option makes sense with a blueprint only."""
    for option, value in given.items():
        if value:
            raise BadValue(f"{option} needs --blueprint.")


def build(
    read: Reading,
    out: Path,
    blueprint_file: Path,
    journeys: str | None,
    values: Path | None,
    json: bool,
    shards: int | None = None,
) -> None:
    """Build and say what became of the events."""
    from trayecto.blueprint import load_blueprint
    from trayecto.designed import build_designed, shape_of

    blueprint = load_blueprint(blueprint_file)
    texts = {} if values is None else {"values": _text(values)}
    if shards is not None:
        sharding.refuse(read.rejects)
        shape = shape_of(blueprint, journeys, texts)
        sharding.build(read.files, out, shards, read.options(blueprint, journeys), shape, read.id, json)
        return
    events = read.events(blueprint, journeys)
    output.tell_report(events.report)
    if not len(events):
        named = ", ".join(map(str, read.files))
        raise EmptyLog(f"{named}: no event could be read, so there is nothing to build.")
    log, plan = build_designed(
        events, out, blueprint=blueprint, journeys=journeys, texts=texts, progress=sys.stderr.isatty()
    )
    for sentence in plan.sentences():
        output.note(sentence)
    output.give_built(out, log, {"read": events.report.to_dict(), "unmatched": plan.unmatched}, json)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{path.name} cannot be read as text: {error}") from error
