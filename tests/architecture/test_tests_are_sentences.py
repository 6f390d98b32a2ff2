from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.tree import ROOT, functions, name_of

FEWEST_WORDS = 3  # test_, a noun, a verb


def test_files() -> list[Path]:
    return [*ROOT.glob("tests/**/test_*.py"), *ROOT.glob("src/recorrido/**/tests/test_*.py")]


test_files.__test__ = False


def short_names(tree: ast.AST) -> list[str]:
    names = [node.name for node in functions(tree) if node.name.startswith("test_")]
    return [name for name in names if len(name.split("_")) < FEWEST_WORDS and name != "test_files"]


def test_every_test_has_a_sentence_for_a_name():
    found = {
        name_of(path): names for path in test_files() if (names := short_names(ast.parse(path.read_text())))
    }
    assert found == {}


def test_no_test_replaces_our_code_by_a_mock():
    banned = ("unittest.mock", "import mock", "mocker")
    users = [name_of(path) for path in test_files() if path != Path(__file__)]
    texts = {name: (ROOT / name).read_text() for name in users}
    assert [name for name, text in texts.items() if any(word in text for word in banned)] == []
