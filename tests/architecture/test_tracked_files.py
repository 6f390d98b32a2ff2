"""Nothing of one machine goes into the repository, and the base install stays small."""

from __future__ import annotations

import re

import pytest
from tests.architecture.tree import ROOT, name_of, tracked_files

MOST_DEPENDENCIES = 25
BANNED = {
    "a path of one machine": re.compile(r"(?<![\w.<])/(?:root|home|Users|work)/[\w.]+"),
    "a registry's address": re.compile(
        r"--(?:extra-)?index-url|files\.pythonhosted|registry\.npmjs|/simple/\s"
    ),
}
EXCUSED = {"tests/architecture/test_tracked_files.py"}


def problems(text: str) -> list[str]:
    return [kind for kind, pattern in BANNED.items() if pattern.search(text)]


def text_of(path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""  # a picture or another compiled file


def test_tracked_files_name_no_machine_and_no_registry():
    files = [path for path in tracked_files() if name_of(path) not in EXCUSED]
    assert {name_of(path): found for path in files if (found := problems(text_of(path)))} == {}


def test_the_base_install_has_few_direct_dependencies():
    lines = (ROOT / "requirements" / "base.in").read_text().splitlines()
    names = [line for line in lines if line.strip() and not line.startswith(("#", "-"))]
    assert len(names) <= MOST_DEPENDENCIES


def test_every_locked_package_carries_its_hashes():
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text()
        packages = re.findall(r"^[\w.\[\]-]+==", text, flags=re.M)
        locked = re.findall(r"^[\w.\[\]-]+==\S+ (?:;[^\\]*)?\\\n\s+--hash=sha256:", text, flags=re.M)
        assert packages and len(packages) == len(locked), path.name


@pytest.mark.parametrize("bad", ["see /home/ana/data", "pip --index-url x", "/Users/ana"])
def test_what_is_banned_would_be_noticed(bad):
    assert problems(bad)
