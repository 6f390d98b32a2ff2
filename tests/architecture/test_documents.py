"""The documents lead where they say, and name commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

from tests.architecture.tree import ROOT, name_of

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
LATER = {"docs/images/journey-map.png"}  # taken from the finished page


def documents() -> list[Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def broken_links(document: Path) -> list[str]:
    targets = [target for target in LINK.findall(document.read_text(encoding="utf-8")) if "://" not in target]
    return [target for target in targets if not (document.parent / target).exists() and target not in LATER]


def test_every_link_between_documents_leads_somewhere():
    assert {name_of(path): found for path in documents() if (found := broken_links(path))} == {}


def test_every_make_command_in_the_documents_exists():
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), flags=re.M))
    named = {
        word
        for path in documents()
        for word in re.findall(r"(?:^ {4}|`)make ([a-z-]+)", path.read_text(), flags=re.M)
    }
    assert named - targets == set()


def test_every_recorrido_command_in_the_documents_exists():
    import typer

    from recorrido.site.cli import build

    known = set(typer.main.get_command(build()).commands)
    named = {
        word
        for path in documents()
        for word in re.findall(r"(?:^ {4}|`)recorrido ([a-z-]+)", path.read_text(), flags=re.M)
    }
    assert named - known == set()


def test_decisions_are_numbered_without_a_gap():
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
