"""Hypothesis measures no time here: the first example of a test may have to compile a kernel."""

import pytest
from hypothesis import settings

from trayecto.blueprint import saying

settings.register_profile("trayecto", deadline=None)
settings.load_profile("trayecto")


@pytest.fixture(autouse=True)
def _in_its_own_words():
    """The product makes the library speak the reader's language; here it speaks its own."""
    readers = saying.translation()
    saying.translate_with(str)
    yield
    saying.translate_with(readers)
