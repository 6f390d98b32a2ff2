"""The pages' stylesheet of the journey pictures is the one the library draws for."""

from __future__ import annotations

from tests.architecture.tree import PRODUCT

from trayecto.draw import STYLESHEET


def test_the_pages_style_pictures_as_the_library_means_them():
    """Mend it with scripts/picture-styles."""
    assert (PRODUCT / "web/static/web/journey-pictures.css").read_text(encoding="utf-8").endswith(STYLESHEET)
