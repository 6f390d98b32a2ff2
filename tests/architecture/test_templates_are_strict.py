"""The content security policy forbids what is inline; a template that has it would fail only in the browser."""

from __future__ import annotations

import re

import pytest
from tests.architecture.tree import PRODUCT, name_of

INLINE = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "inline style": re.compile(r"<style\b", re.I),
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "script address": re.compile(r"javascript:", re.I),
    "foreign file": re.compile(r"""(?:src|<link[^>]*href)\s*=\s*["'](?:https?:)?//""", re.I),
    "unescaped value": re.compile(r"\|\s*safe\b|autoescape off"),
}
JAVASCRIPT_LINES = 2000


def problems(template: str) -> list[str]:
    return [kind for kind, pattern in INLINE.items() if pattern.search(template)]


def test_templates_have_nothing_inline_and_nothing_foreign():
    found = {
        name_of(path): kinds for path in PRODUCT.rglob("*.html") if (kinds := problems(path.read_text()))
    }
    assert found == {}


def test_our_own_javascript_stays_short():
    files = [path for path in PRODUCT.rglob("*.js") if "tests" not in path.parts]
    assert sum(len(path.read_text().splitlines()) for path in files) < JAVASCRIPT_LINES


@pytest.mark.parametrize(
    "bad",
    [
        "<script>go()</script>",
        "<style>p{}</style>",
        '<p style="color:red">',
        '<a onclick="go()">',
        '<a href="javascript:go()">',
        '<script src="https://cdn.example/x.js">',
        "{{ name|safe }}",
    ],
)
def test_what_is_forbidden_would_be_noticed(bad):
    assert problems(bad)


def test_a_file_of_ours_is_fine():
    assert problems('<script src="{% static "web/x.js" %}" defer></script>') == []
