"""Every string that people read is marked for translation, and has its Spanish."""

from __future__ import annotations

import ast
import gettext
import re
import runpy
import shutil

import pytest
from tests.architecture.tree import PRODUCT, ROOT, calls, name_of, parsed, python_files

TAGS = re.compile(
    r"\{%\s*block \w*class\s*%\}.*?\{%\s*endblock\s*%\}|\{%\s*blocktrans.*?endblocktrans(?:late)?\s*%\}|\{%\s*comment.*?endcomment\s*%\}|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}",
    re.S,
)
NOT_WORDS = re.compile(
    r"placeholder=\"[^\"]*[()=][^\"]*\"|<code.*?</code>|<!--.*?-->|&\w+;|\bRecorrido\b", re.S
)
READ_ALOUD = re.compile(r'\b(?:alt|title|placeholder|aria-label|aria-description)="([^"]*[A-Za-zÁ-ÿ][^"]*)"')
HTML = re.compile(r"""<(?:"[^"]*"|'[^']*'|[^"'>])*>""")
LETTERS = re.compile(r"[A-Za-zÁ-ÿ]{2,}")
WORDED = {"label", "help_text", "verbose_name", "verbose_name_plural", "empty_label"}


def bare_words(template: str) -> list[str]:
    """Text of a template that no translation tag wraps, also in attributes that are read aloud."""
    plain = NOT_WORDS.sub(" ", TAGS.sub(" ", template))
    text = HTML.sub(" ", plain)
    return READ_ALOUD.findall(plain) + LETTERS.findall(text)


def bare_arguments(tree: ast.AST) -> list[str]:
    """Plain strings given where people will read them: labels, messages, form errors."""
    return [value for name, call in calls(tree) for value in _read_by_people(name, call)]


def _read_by_people(name: str, call: ast.Call) -> list[str]:
    shown = [word.value for word in call.keywords if word.arg in WORDED]
    if name.startswith("messages.") or name.endswith((".add_error", "ValidationError")):
        shown += call.args
    return [
        node.value
        for node in shown
        if isinstance(node, ast.Constant) and LETTERS.search(str(node.value)) and " " in str(node.value)
    ]


def templates() -> list:
    return [path for path in PRODUCT.rglob("*.html") if "tests" not in path.parts]


def test_templates_have_no_words_outside_translation_tags():
    found = {
        name_of(path): words
        for path in templates()
        if (words := bare_words(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_code_marks_what_people_read():
    files = python_files(PRODUCT / "web")
    found = {name_of(path): words for path in files if (words := bare_arguments(parsed(path)))}
    assert found == {}


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs GNU gettext: run scripts/system-packages")
def test_every_string_has_its_spanish_and_the_compiled_file_is_in_step():
    script = runpy.run_path(str(ROOT / "scripts" / "translations"))
    assert [sentence for module in script["modules"]() for sentence in script["missing"](module)] == []


def spanish() -> dict[object, dict[str, str]]:
    """Message → module → its Spanish. A message with a context or a plural is a message of its own."""
    found: dict[object, dict[str, str]] = {}
    for path in [
        *PRODUCT.rglob("locale/es/**/django.mo"),
        *PRODUCT.parent.rglob("trayecto/locale/es/**/django.mo"),
    ]:
        with path.open("rb") as file:
            for message, text in gettext.GNUTranslations(file)._catalog.items():
                found.setdefault(message, {})[path.parts[-5]] = text
    return {message: texts for message, texts in found.items() if message}


def test_a_message_has_one_spanish_whatever_the_module():
    """Django reads all catalogues as one: of two translations of a message, a page may show the other module's."""
    assert {message: texts for message, texts in spanish().items() if len(set(texts.values())) > 1} == {}


def test_spanish_is_quoted_in_the_spanish_way():
    texts = {text for texts in spanish().values() for text in texts.values()}
    assert [text for text in texts if "“" in text or "”" in text] == []


@pytest.mark.parametrize("bad", ["<p>Hello</p>", '<img alt="A map">', "{% if x %}Yes{% endif %}"])
def test_a_bare_word_would_be_noticed(bad):
    assert bare_words(bad)


@pytest.mark.parametrize(
    "good", ['{% translate "Hello" %}', "{% blocktranslate %}Hi{% endblocktranslate %}", "<b>·</b>"]
)
def test_a_marked_word_is_fine(good):
    assert bare_words(good) == []


def test_a_bare_message_would_be_noticed():
    assert bare_arguments(ast.parse('messages.success(request, "All saved.")')) == ["All saved."]
