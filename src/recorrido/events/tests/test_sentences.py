from __future__ import annotations

import pytest
from django.utils.translation import override

from recorrido.events.queries import sentence_of


@pytest.mark.parametrize(("language", "count"), [("es", "81.542 eventos"), ("en", "81,542 refused")])
def test_counts_are_written_as_the_readers_language_writes_them(language, count):
    with override(language):
        assert count in sentence_of("waiting", {"source": "shop", "events": 81_542})
