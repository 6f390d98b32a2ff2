"""Contacts, cases and survey answers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from recorrido.simulator.columns import NEVER, Columns
from recorrido.simulator.emit.blocks import Teller, Texts, numbered, words
from recorrido.simulator.flow.contacts import GATE, REASONS, REFUND
from recorrido.simulator.flow.surveys import answers_of


def tell_service(teller: Teller) -> None:
    contacts, plan = teller.world.contacts, teller.plan
    channels = words([channel.name for channel in plan.scenario.contacts.channels], contacts.channel)
    for mask, names in _callers(teller, contacts, channels):
        _tell_contacts(teller, contacts.take(mask), channels[mask], names)
    _tell_answers(teller)


def _callers(teller: Teller, contacts: Columns, channels: np.ndarray) -> Iterator[tuple[np.ndarray, Texts]]:
    """Rows of contacts by what the desk knows: a telephone number, an address, else whom the order belongs to."""
    person = teller.orders.customer[contacts.row]
    calls = np.isin(channels, ["phone", "whatsapp"])
    writes = np.isin(channels, ["email", "chat"]) & teller.knows_email[contacts.row]
    yield calls, [("phone", teller.who.phone[person[calls]])]
    yield writes, [("email", teller.who.email[person[writes]])]
    rest = np.flatnonzero(~calls & ~writes)
    # ``buyers`` splits rows of orders; contacts of one order share its buyer, so the split is undone by position.
    for part, kind, values in _by_buyer(teller, contacts, rest):
        mask = np.zeros(len(contacts), dtype=bool)
        mask[part] = True
        yield mask, [(kind, values)]


def _by_buyer(
    teller: Teller, contacts: Columns, rest: np.ndarray
) -> Iterator[tuple[np.ndarray, str, np.ndarray]]:
    for rows, kind, values in teller.buyers(np.unique(contacts.row[rest])):
        part = rest[np.isin(contacts.row[rest], rows)]
        yield part, kind, values[np.searchsorted(rows, contacts.row[part])]


def _tell_contacts(teller: Teller, part: Columns, channels: np.ndarray, names: Texts) -> None:
    numbers = part.key * 64 + part.reason + np.maximum(part.gate, 0)
    case = ("case", numbered("K{:09d}", numbers))
    for subset, objects in _subjects(teller, part, case):
        chosen = part.take(subset)
        known = [(kind, values[subset]) for kind, values in names]
        reasons = {"reason": _reasons(teller, chosen)}
        teller.add(
            "contact.received",
            "desk",
            chosen.at,
            numbers[subset],
            channel=channels[subset],
            identifiers=known,
            objects=objects,
            properties=reasons,
        )
        teller.add(
            "case.resolved",
            "desk",
            chosen.resolved,
            numbers[subset],
            identifiers=known,
            objects=objects,
            properties=reasons,
        )


def _subjects(
    teller: Teller, part: Columns, case: tuple[str, np.ndarray]
) -> Iterator[tuple[np.ndarray, list[tuple[str, np.ndarray]]]]:
    """What a contact is about: a case and its order (none yet at a gate), for a refund its return too."""
    kind, cases = case
    gate, refund = part.reason == GATE, part.reason == REFUND
    yield gate, [(kind, cases[gate])]
    yield (
        refund,
        [
            (kind, cases[refund]),
            *teller.order_objects(part.row[refund]),
            ("return", numbered("D{:08d}", part.key[refund])),
        ],
    )
    plain = ~gate & ~refund
    yield plain, [(kind, cases[plain]), *teller.order_objects(part.row[plain])]


def _reasons(teller: Teller, part: Columns) -> np.ndarray:
    names = [*REASONS[:GATE], *(gate.step for gate in teller.plan.gates)]
    return words(names, np.where(part.reason == GATE, GATE + part.gate, part.reason))


def _tell_answers(teller: Teller) -> None:
    at, score = answers_of(teller.plan, teller.orders)
    for rows, kind, values in teller.buyers(np.flatnonzero(at < NEVER)):
        teller.add(
            "survey.answered",
            "survey",
            at[rows],
            teller.orders.key[rows],
            channel="email",
            identifiers=[(kind, values)],
            objects=teller.order_objects(rows),
            properties={"score": score[rows]},
        )
