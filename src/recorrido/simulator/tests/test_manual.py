import re
from pathlib import Path

import pytest

from recorrido.simulator.parsing import known_words, shipped_names

MANUAL = (Path(__file__).parents[4] / "docs" / "simulator.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("word", sorted(known_words()))
def test_the_manual_explains_every_word_of_the_language(word):
    assert re.search(rf"`{word}(:[^`]*)?`", MANUAL)


@pytest.mark.parametrize("name", shipped_names())
def test_the_manual_lists_every_shipped_scenario(name):
    assert f"| `{name}` |" in MANUAL
