"""Foreign keys point down the layers and have no way back: import-linter cannot see them."""

from __future__ import annotations

from django.apps import apps
from django.db import models
from tests.architecture.tree import rank

from recorrido.company.models import Staff, Store


def problem_of(field: models.Field) -> str | None:
    """What is wrong with a relation, None when nothing is."""
    ours, theirs = field.model._meta.app_label, field.related_model._meta.app_label
    if field.remote_field.related_name != "+":
        return f'{field} needs related_name="+"'
    if rank(theirs) > rank(ours):
        return f"{field} points up, from {ours} to {theirs}"
    return None


def relations() -> list[models.Field]:
    ours = [model for model in apps.get_models() if rank(model._meta.app_label) >= 0]
    fields = [field for model in ours for field in model._meta.get_fields()]
    return [field for field in fields if field.is_relation and field.concrete]


def test_foreign_keys_point_down_and_have_no_reverse_name():
    assert [problem for field in relations() if (problem := problem_of(field))] == []


def test_there_are_relations_to_look_at():
    assert len(relations()) > 3


def test_a_reverse_name_would_be_noticed():
    field = models.ForeignKey(Staff, models.PROTECT)
    field.model = Store
    assert "needs related_name" in problem_of(field)
