"""``recorrido import``: files into the ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recorrido.site import boot

if TYPE_CHECKING:
    from recorrido.connectors.files.summary import ImportSummary


def register(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    files: Annotated[list[Path], typer.Argument(help="The files; the mapping knows them by name.")],
    mapping: Annotated[str, typer.Option(help="A YAML file, or a shipped one: olist, events.")],
    strict: Annotated[bool, typer.Option(help="Stop at the first row that cannot be used.")] = False,
    rejects: Annotated[Path | None, typer.Option(help="Where rejected rows go (CSV).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON only.")] = False,
) -> None:
    """Turn tables or ready events into events, persons and objects. Running it again changes nothing."""
    boot.ready()
    from recorrido.connectors.files.actions import import_files
    from recorrido.connectors.files.errors import FilesError
    from recorrido.connectors.files.parse import find_mapping
    from recorrido.connectors.files.terminal import progress_bar

    try:
        found = find_mapping(mapping)
        place = rejects or boot.data_folder() / "imports" / f"{Path(mapping).stem}-rejects.csv"
        with progress_bar() as progress:
            summary = import_files(
                actor=None, mapping=found, files=files, rejects_file=place, strict=strict, progress=progress
            )
    except FilesError as error:
        boot.say(str(error))
        raise typer.Exit(2) from None
    _print(summary, as_json)


def _print(summary: ImportSummary, as_json: bool) -> None:
    from recorrido.connectors.files.terminal import print_summary

    if as_json:
        print(json.dumps(summary.to_dict()))
    else:
        print_summary(summary)
