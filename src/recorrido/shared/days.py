"""Days in few words, as the reader's language writes them within a sentence."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language


def day_said(day: date, form: str = "j M Y") -> str:
    """ "22 sep 2026" in Spanish, which writes months small; "22 Sep 2026" in English. ``form``: as in Django's ``date_format``."""
    text = date_format(day, form)
    return text.lower() if (get_language() or "es").startswith("es") else text
