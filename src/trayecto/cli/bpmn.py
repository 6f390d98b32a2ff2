"""``trayecto bpmn-export`` and ``bpmn-import``: designed paths as BPMN 2.0 files, out and in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trayecto.cli import asked, output
from trayecto.errors import BadValue, UnreadableFile, did_you_mean

Journeys = Annotated[
    str | None, typer.Option("--journeys", help="Journey type of the blueprint; default: its first.")
]
Exception_ = Annotated[
    str | None, typer.Option("--exception", help="An exceptional variant by name; default: the regular path.")
]


def export(
    blueprint: Annotated[Path, typer.Argument(help="The blueprint file.", show_default=False)],
    journeys: Journeys = None,
    exception: Exception_ = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write to this file; default: standard output.")
    ] = None,
    lang: asked.Language = "es",
) -> None:
    """A designed path as BPMN 2.0 XML, with its picture."""
    from trayecto.blueprint import load_blueprint
    from trayecto.bpmn import write_bpmn
    from trayecto.designed import journey_type_of

    design = load_blueprint(blueprint)
    kind = journey_type_of(design, journeys)
    known = {name: one.path for name, one in kind.exceptions.items()}
    if exception is not None and exception not in known:
        raise BadValue(f"--exception '{exception}' is unknown.{did_you_mean(exception, known)}")
    path = kind.path if exception is None else known[exception]
    if path is None:
        raise BadValue(f"The blueprint says no path for the journeys '{kind.slug}'.")
    labels = {one.key: one.label.text(lang) for one in design.touchpoints}
    text = write_bpmn(path, name=kind.label.text(lang), process=kind.slug, labels=labels)
    if out is None:
        print(text, end="")
        return
    out.write_text(text, encoding="utf-8")
    output.note(f"Wrote {out}")


def import_(
    file: Annotated[Path, typer.Argument(help="The BPMN file.", show_default=False)],
    blueprint: Annotated[
        Path, typer.Option("--blueprint", help="The blueprint whose touchpoints the tasks are.")
    ],
    journeys: Journeys = None,
    json: asked.Json = False,
) -> None:
    """The path of a BPMN file, as it would stand in the blueprint."""
    import yaml

    from trayecto.blueprint import load_blueprint
    from trayecto.bpmn import read_bpmn, touchpoints_in
    from trayecto.conformance.blocks import written
    from trayecto.designed import journey_type_of

    design = load_blueprint(blueprint)
    kind = journey_type_of(design, journeys)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{file} cannot be read: {error.strerror or error}.") from error
    known = {
        one.key: (one.label.es, one.label.en) for one in design.touchpoints if one.key not in kind.without
    }
    path = written(touchpoints_in(read_bpmn(data).path, known))
    told = {"path": path if isinstance(path, list) else [path]}
    if json:
        output.give_json(told)
    else:
        print(yaml.safe_dump(told, sort_keys=False, allow_unicode=True), end="")
