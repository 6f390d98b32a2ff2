"""Business customers: visits of representatives, invoices and their payment."""

from __future__ import annotations

import numpy as np

from recorrido.simulator.calendar import DAY, OFFICE_HOURS
from recorrido.simulator.columns import NEVER
from recorrido.simulator.emit.blocks import Teller, numbered


def tell_business(teller: Teller) -> None:
    if teller.plan.scenario.companies is None:
        return
    _tell_visits(teller)
    _tell_invoices(teller)


def _tell_visits(teller: Teller) -> None:
    """A representative calls at the company some days before the order. None of our channels: the CRM tells it."""
    plan, orders, companies = teller.plan, teller.orders, teller.plan.scenario.companies
    visited = plan.draws.happens("business/visit", orders.key, companies.visit if companies else 0)
    ago = (plan.draws.between("business/visit ago", orders.key, 3, 12) * DAY).astype(np.int64)
    moved = plan.draws.uniform("business/visit time", orders.key)
    at = np.where(visited, plan.calendar.at_work(orders.started - ago, 0, moved, OFFICE_HOURS), NEVER)
    person = [("customer", teller.who.customer[orders.customer])]
    company = [("company", numbered("E{:05d}", orders.home))]
    teller.add("visit.made", "crm", at, orders.key, identifiers=person, objects=company)


def _tell_invoices(teller: Teller) -> None:
    plan, companies = teller.plan, teller.plan.scenario.companies
    rows = np.flatnonzero(teller.orders.done < NEVER)
    part = teller.orders.take(rows)
    if companies is None or not len(part):
        return
    share = plan.draws.uniform("business/invoice time", part.key)
    issued = plan.calendar.at_work(part.done, companies.invoice_days, share, OFFICE_HOURS)
    late = plan.draws.happens("business/paid late", part.key, companies.paid_late)
    extra = np.where(late, plan.draws.between("business/late days", part.key, 3, 30), -1)
    due = issued + ((companies.terms_days + extra) * DAY).astype(np.int64)
    paid = plan.calendar.at_work(due, 0, share, OFFICE_HOURS)
    person = [("customer", teller.who.customer[part.customer])]
    objects = [*teller.order_objects(rows), ("invoice", numbered("F{:08d}", part.key))]
    amount = {"amount": part.amount}
    teller.add(
        "invoice.issued", "erp", issued, part.key, identifiers=person, objects=objects, properties=amount
    )
    teller.add("invoice.paid", "erp", paid, part.key, identifiers=person, objects=objects, properties=amount)
