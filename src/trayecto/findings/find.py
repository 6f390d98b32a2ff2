"""``findings``: everything a log shows that is wrong, by what it costs.

A finding needs three things. *Significance*: the rate of false discoveries over everything that was tested is held (Benjamini and
Hochberg, 1995). *Relevance*: what is no more than an ordinary difference is left out, each search says where that ends.
*Money*: undoing it must be worth something. Something may be found from several sides; the first search that names a step
where it is born speaks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from trayecto.attempts.facts import facts_of
from trayecto.chance import discovered
from trayecto.designed import blueprint_of
from trayecto.findings.echoes import echoes
from trayecto.findings.gates import gates
from trayecto.findings.late import late
from trayecto.findings.model import CHANGED, SAMPLED, Finding, FindingsResult
from trayecto.findings.suspicion import Study, Suspicion
from trayecto.findings.together import marked, union_of
from trayecto.findings.unsent import unsent
from trayecto.findings.worth import Worth, worth_of
from trayecto.log.journeylog import JourneyLog
from trayecto.values import read_values
from trayecto.whatif.ask import DRAWS

FALSE_DISCOVERIES = 0.01
COSTS = 0.1  # a p-value above: it may as well cost nothing


def findings(log: JourneyLog, *, draws: int = DRAWS) -> FindingsResult:
    """What is wrong, most money first. The log must have been built by a blueprint; without a value model no money is told.

    ``draws``: how often persons are drawn for each interval. Raises BadValue.
    """
    blueprint, journey_type = blueprint_of(log)
    facts = facts_of(log, blueprint, journey_type)
    text = log.texts.get("values")
    values = read_values(text) if text else None
    if not len(facts.units):
        return FindingsResult((), 0, 0.0, None, values.currency if values else None)
    study = Study(facts, journey_type, values, draws)
    suspected = [gates(study), late(study), unsent(study), echoes(study)]
    weighed = [told for part in suspected for one in part.suspicions if (told := _weighed(study, one))]
    p_values = [_p(one, worth) for one, worth in weighed if not one.discarded]
    p_values += [p for one in suspected for p in one.tested]
    stands = discovered(p_values, FALSE_DISCOVERIES)
    limit = max((p for p, passes in zip(p_values, stands, strict=True) if passes), default=-1)
    standing = [
        (one, worth) for one, worth in weighed if one.discarded or (_p(one, worth) <= limit and _costs(worth))
    ]
    found = [_finding(study, one, worth) for one, worth in _once(standing)]
    kept = sorted(marked(found), key=lambda one: (one.discarded, -_money(one), one.id))
    return FindingsResult(
        tuple(kept), len(p_values), study.months, union_of(kept), values.currency if values else None
    )


def _once(standing: Sequence[tuple[Suspicion, Worth]]) -> Iterator[tuple[Suspicion, Worth]]:
    """One finding per kind, step where it is born and cause; a change says nothing where another finding speaks already."""
    seen: set[object] = set()
    for one, worth in standing:
        key = (one.born_at, one.cause)
        if (one.kind, *key) in seen or (one.kind == CHANGED and key in seen):
            continue
        seen |= {key, (one.kind, *key)}
        yield one, worth


def _weighed(study: Study, one: Suspicion) -> tuple[Suspicion, Worth] | None:
    """With what undoing it is worth; None where there is nobody to compare with."""
    moved = one.undo.moved(study.drawn)
    if moved is None:
        return None
    return one, worth_of(moved, study.values, study.months_since(one.since), one.lines)


def _p(one: Suspicion, worth: Worth) -> float:
    return worth.p if one.p is None else one.p


def _costs(worth: Worth) -> bool:
    """Whether undoing it changes orders or contacts more than chance would, and is worth something."""
    if worth.p > COSTS:
        return False
    if worth.money is not None:
        return worth.money.expected > 0
    return worth.effects["orders_kept"].expected > 0 or worth.effects["contacts"].expected < 0


def _money(one: Finding) -> float:
    return one.money.expected if one.money is not None else float(one.journeys) * 1e-9


def _finding(study: Study, one: Suspicion, worth: Worth) -> Finding:
    return Finding(
        kind=one.kind, step=one.step, cause=one.cause, felt_at=one.felt_at, born_at=one.born_at,
        department=study.owner(one.born_at), rows=one.rows, sample=_sample(study, one.rows),
        months=study.months_since(one.since), method=one.method, money=worth.money,
        currency=study.values.currency if study.values else None, lines=worth.lines, effects=worth.effects,
        contacts=one.contacts, since=study.day(one.since), p=_p(one, worth), discarded=one.discarded,
        evidence=one.evidence, undo=one.undo.said,
    )  # fmt: skip


def _sample(study: Study, rows: np.ndarray) -> tuple[str, ...]:
    """The same journeys for the same rows, spread over all of them."""
    if not len(rows):
        return ()
    chosen = np.random.default_rng(20).choice(rows, min(SAMPLED, len(rows)), replace=False)
    names = study.facts.log.attributes["journey"]
    return tuple(str(names[int(row)].as_py()) for row in np.sort(chosen))
