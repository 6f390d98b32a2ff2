"""Every question and every filter of a log whose events are those of ``grown``: to compare two ways to the same answer."""

from datetime import UTC, datetime

import trayecto
from trayecto.conformance.paths import any_order, optional, repeat, sequence, step
from trayecto.conformance.rules import Forbids, Needs, Within
from trayecto.questions.delays import Promise

OFFICE = trayecto.Calendar("mon-sun 01:00-22:00")
DESIGN = sequence(step("a"), optional("b"), repeat("c", 1), any_order("d", "e"))
RULES = (Needs("b", "a"), Forbids("c", "d"), Within("d", "a", "3h"))
FILTERS = (
    "has('a', 'd')", "lacks('b')", "not has_all('a', 'c')", "starts_with('a') or ends_with('d')",
    "followed_by('a', 'b', '4h')", "directly_followed_by('c', 'a')", "funnel_reached(['a', 'b', 'c'])",
    "exact_variant(['a', 'b'])", "variant_rank(2)", "variant_rank(exactly => 1)", "touches('channel', 'web', 'fax')",
    "repeats()", "repeats_directly('a')", "returns_to('c')", "took('a', 'b', longer_than => '1h')", "late_at('b')",
    "late_at('c', since => 'a')", "lost('d')", "open('d')", "lost_at('a', 'd')", "reached('d')", "city = 'Lima'",
    "city is null or spent > 3", "events between 2 and 4 and variant < 3", "ended - started > interval 2 hours",
    "started_between('1970-01-01T03:00:00Z', null)", "occurs_between('a', '1970-01-01T02:00:00Z', '1970-01-01T09:00:00Z')",
)  # fmt: skip


def question(ask):
    """The answer, or the error in words: both ways to build must refuse alike."""
    try:
        return ask()
    except trayecto.TrayectoError as error:
        return type(error).__name__


def answers(log):
    narrow = {text: question(lambda text=text: ids(log.where(text))) for text in FILTERS}
    asked = {
        "map": log.map,
        "some": lambda: log.map(where="has('a')", percentiles=False),
        "clock": lambda: log.map(clock=OFFICE),
        "variants": log.variants,
        "variants of some": lambda: log.variants(top=3, where="city = 'Lima'"),
        "funnel": lambda: log.funnel(["a", "b"], within="6h"),
        "durations": lambda: log.durations("a", "b", which="each", calendar=OFFICE),
        "dropoff": lambda: log.dropoff(["d", "e"], where="has('a')"),
        "limits": lambda: dict(log.dropoff("d").limits),
        "rework": log.rework,
        "volume": lambda: log.volume("day", "America/Santiago"),
        "delays": lambda: log.delays({"b": Promise("2h", since="a")}, where="events > 1"),
        "cohorts": lambda: log.cohorts(["a", "b"], "week"),
        "compare": lambda: log.compare("has('a')", "lacks('a')"),
        "sankey": lambda: log.sankey("b", top=2),
        "alignments": lambda: log.alignments(DESIGN),
        "rules": lambda: log.rules(RULES),
        "usual": lambda: log.delays(baseline=(None, datetime(1970, 1, 2, tzinfo=UTC))),
    }
    return narrow | {name: question(lambda ask=ask: plain(ask())) for name, ask in asked.items()}


def plain(answer):
    return answer.to_dict() if hasattr(answer, "to_dict") else answer


def ids(log):
    return sorted(log.journeys()["journey"].to_pylist())
