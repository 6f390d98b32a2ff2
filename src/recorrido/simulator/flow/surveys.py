"""The survey two days after the goods are in hand: dissatisfaction becomes visible."""

from __future__ import annotations

import numpy as np

from recorrido.simulator.calendar import DAY
from recorrido.simulator.columns import NEVER, Columns
from recorrido.simulator.faults import SilentMessage
from recorrido.simulator.plan import Plan


def answers_of(plan: Plan, orders: Columns) -> tuple[np.ndarray, np.ndarray]:
    """Moments of answers (NEVER: none) and their scores 1–5. A return is asked about after the refund."""
    survey = plan.scenario.surveys
    answered = (orders.done < NEVER) & plan.draws.happens("survey/answer", orders.key, survey.share)
    after = np.where(orders.returned, orders.refunded, orders.done)
    wait = (plan.draws.between("survey/wait", orders.key, 1.2, 3.5) * DAY).astype(np.int64)
    noise = survey.spread * plan.draws.normal("survey/noise", orders.key)
    score = np.clip(np.round(survey.mean - _drop(plan, orders) + noise), 1, 5).astype(np.int64)
    return np.where(answered, np.minimum(after, NEVER - 30 * DAY) + wait, NEVER), score


def _drop(plan: Plan, orders: Columns) -> np.ndarray:
    survey = plan.scenario.surveys
    drop = orders.late * survey.late_delivery + orders.refund_late * survey.late_refund
    drop = drop + orders.wrong_item * survey.wrong_item
    for fault in plan.active(SilentMessage):
        drop = drop + orders.silent * fault.score_drop
    for index, gate in enumerate(plan.gates):
        drop = drop + (orders.gate == index) * gate.score_drop
    return drop
