"""From matches to proposals that staff decide."""

from __future__ import annotations

from itertools import islice

from recorrido.people.actions.proposals import NewProposal, propose_links
from recorrido.people.matching.search import LEAST, MOST, find_matches

BATCH = 1_000


def propose_matches(*, least: float = LEAST, most: int = MOST) -> int:
    """Search all persons for probable matches and keep them for review; returns how many are new or changed.

    ``least``: the smallest probability worth a person's time, 0 … 1. Repeating it changes nothing by itself.
    """
    found = iter(find_matches(least=least, most=most))
    kept = 0
    while batch := list(islice(found, BATCH)):
        kept += propose_links(
            proposals=[NewProposal(match.low, match.high, match.score, match.why) for match in batch]
        )
    return kept
