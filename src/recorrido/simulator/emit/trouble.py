"""The web's daily trouble: searches without results, checkouts that fail once, payments refused at first.

People try again, so nothing else changes: draws of their own, and no order moves.
"""

from __future__ import annotations

import numpy as np

from recorrido.simulator.columns import NEVER
from recorrido.simulator.emit.blocks import Teller, words
from recorrido.simulator.plan import ONLINE

_SOUGHT = ("botas", "zapatillas", "sandalias", "escolares", "mocasines", "talla 36", "crocs", "cordones")
_ERRORS = ("timeout", "address", "stock", "unknown")
_REASONS = ("insufficient_funds", "declined_by_bank", "expired_card", "security_code")


def tell_searches(teller: Teller, visit: np.ndarray, number: np.ndarray, device: np.ndarray) -> None:
    """Searches a little after a visit begins; ``results`` says how many products were found."""
    draws, trouble = teller.plan.draws, teller.plan.scenario.trouble
    searches = draws.happens("search/searches", number, trouble.searches)
    nothing = draws.happens("search/empty", number, trouble.empty)
    found = draws.between("search/results", number, 1, 60).astype(np.int64)
    teller.add(
        "search.performed",
        "shop",
        np.where(searches, visit + 8 + number % 7, NEVER),
        number,
        channel="web",
        identifiers=[("anonymous", device)],
        properties={
            "words": words(_SOUGHT, draws.pick("search/words", number, (8, 7, 5, 4, 3, 2, 1, 1))),
            "results": np.where(nothing, 0, found),
        },
    )


def tell_checkout_errors(teller: Teller) -> None:
    orders, draws = teller.orders, teller.plan.draws
    rows = np.flatnonzero(teller.plan.sells(orders.channel, ONLINE))
    key, person = orders.key[rows], orders.customer[rows]
    fails = draws.happens("checkout/fails", key, teller.plan.scenario.trouble.checkout_errors)
    teller.add(
        "checkout.failed",
        "shop",
        np.where(fails, orders.started[rows] + 6 + key % 9, NEVER),
        key,
        channel="web",
        identifiers=[("customer", teller.who.customer[person]), ("anonymous", teller.who.device[person])],
        properties={"error": words(_ERRORS, draws.pick("checkout/error", key, (5, 3, 2, 1)))},
    )


def tell_refused_payments(teller: Teller) -> None:
    orders, draws = teller.orders, teller.plan.draws
    rows = np.flatnonzero(teller.plan.sells(orders.channel, ONLINE) & (orders.placed < NEVER))
    key = orders.key[rows]
    refused = draws.happens("payment/refused", key, teller.plan.scenario.trouble.refused_payments)
    teller.add(
        "payment.refused",
        "shop",
        np.where(refused, orders.placed[rows] + 3 + key % 11, NEVER),
        key,
        channel="web",
        identifiers=[("customer", teller.who.customer[orders.customer[rows]])],
        objects=teller.order_objects(rows),
        properties={"reason": words(_REASONS, draws.pick("payment/reason", key, (5, 4, 2, 1)))},
    )
