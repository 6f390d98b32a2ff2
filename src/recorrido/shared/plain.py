"""Texts as people write them, made comparable: without capitals, accents and punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


@lru_cache(maxsize=10_000)
def plain_words(text: str) -> str:
    """Lower case, no accents, words apart: ``FechaEntregaReal`` and ``fecha_entrega_real`` are the same."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    bare = unicodedata.normalize("NFKD", apart).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z]+|\d+", bare))


def slug(text: str, between: str = "_", most: int = 40) -> str:
    """The words of a text as one word that may name something in a file: begins with a letter, "" for no letters."""
    words = plain_words(text).replace(" ", between)
    return words.lstrip("0123456789" + between)[:most].rstrip(between)
