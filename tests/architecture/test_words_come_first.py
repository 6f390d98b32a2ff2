"""Tables and addresses use the words of docs/concepts.md, so that one thing has one name everywhere."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver
from tests.architecture.tree import ROOT

VERBS = {
    "new",
    "ask",
    "sign-in",
    "sign-out",
    "reset-password",
    "password",
    "preferences",
    "healthy",
    "behind",
    "remove",
    "check",
    "test",
    "acknowledge",
    "judge",
    "retry",
    "enable",
    "disable",
    "rotate",
    "replay",
    "discard",
    "by",
}
CONCEPTS = (ROOT / "docs/concepts.md").read_text(encoding="utf-8").lower().replace("-", " ")


def known(words: str) -> bool:
    """Whether the words stand in the list, in the singular or the plural."""
    forms = (words, words.removesuffix("s"), f"{words}s")
    return any(re.search(rf"\b{re.escape(form)}\b", CONCEPTS) for form in forms)


def addresses(patterns: list[URLPattern | URLResolver]) -> set[str]:
    """The fixed words of all addresses."""
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= addresses(pattern.url_patterns)
        fixed = re.sub(r"<[^>]+>", "", str(pattern.pattern)).removesuffix(".svg")
        found |= {word for word in fixed.split("/") if word}
    return found


def test_every_table_has_a_word_in_the_concepts():
    ours = [model for model in apps.get_models() if model.__module__.startswith("recorrido.")]
    names = [re.sub(r"(?<!^)(?=[A-Z])", " ", model.__name__).lower() for model in ours]
    assert [name for name in names if not known(name)] == []


def test_every_address_has_a_word_in_the_concepts():
    words = {word for word in addresses(get_resolver().url_patterns) if word not in VERBS}
    assert sorted(word for word in words if not known(word.replace("-", " "))) == []


@pytest.mark.parametrize("word", ["leaves of trees", "zebra"])
def test_a_word_that_is_not_there_is_seen(word):
    assert not known(word)
