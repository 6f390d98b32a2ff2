"""Probable matches: persons that names, dates, addresses and typing errors take for one. Splink compares, people decide.

- ``table``  – one row per person, of what its leaves say, in DuckDB
- ``model``  – which columns are compared, how, and how much each agreement weighs
- ``search`` – the pairs above a probability, with the reasons

Nothing in here writes or merges. The model is Fellegi and Sunter's (1969), with term frequencies, its weights learnt
by expectation maximisation where there are records enough.
"""

from __future__ import annotations

from recorrido.people.matching.search import Match, find_matches

__all__ = ["Match", "find_matches"]
