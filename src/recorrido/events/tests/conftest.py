from __future__ import annotations

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _in_english():
    """Sentences for people are compared in the language they are written in."""
    with translation.override("en"):
        yield
