"""A migration that imports our code breaks when that code changes; it may use the clock, which does not."""

from __future__ import annotations

import ast

import pytest
from tests.architecture.tree import PRODUCT, name_of

ALLOWED = ("recorrido.shared.",)


def own_imports(tree: ast.AST) -> list[str]:
    """Modules of ours that are imported, except those of recorrido.shared."""
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return [name for name in names if name.startswith("recorrido") and not f"{name}.".startswith(ALLOWED)]


def test_migrations_import_none_of_our_models():
    files = PRODUCT.glob("*/migrations/[0-9]*.py")
    assert {
        name_of(path): found for path in files if (found := own_imports(ast.parse(path.read_text())))
    } == {}


@pytest.mark.parametrize(
    "bad", ["from recorrido.company.models import Staff", "import recorrido.events.models"]
)
def test_an_import_of_models_would_be_noticed(bad):
    assert own_imports(ast.parse(bad))


@pytest.mark.django_db
def test_the_migrations_say_what_the_models_say():
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
