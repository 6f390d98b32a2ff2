"""What the rules could not decide: links that wait, proposals, suspected shared devices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from recorrido.company.access import Permission
from recorrido.company.models import Staff
from recorrido.people import actions, queries
from recorrido.people.errors import PeopleError, UnknownIdentifier
from recorrido.people.kinds import kind_named
from recorrido.people.models import Identifier, Link, Proposal
from recorrido.web.allowed import allowed, staff_of
from recorrido.web.paging import Page, page_of

MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Side:
    """One of the two persons a link or a proposal speaks of, and the identifier it speaks of."""

    person_id: int
    name: str
    leaf: Identifier
    others: list[queries.Leaf]


@dataclass(frozen=True)
class Waiting:
    """One row: the link or proposal, and both sides."""

    row: Link | Proposal
    low: Side
    high: Side

    @property
    def doubtful(self) -> Identifier:
        """The identifier that says less about who somebody is: the one to block."""
        return min(self.high.leaf, self.low.leaf, key=lambda leaf: kind_named(leaf.kind).strength)


@require_safe
@allowed(Permission.RESOLVE_PEOPLE)
def links(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    page = page_of(
        queries.held_links(words), key=("id",), descending=True, after=request.GET.get("after", "")
    )
    context = {"page": page, "rows": waiting(page), "words": words, "devices": queries.suspected_devices()}
    return render(request, "people/review.html", context | {"tab": "links"})


@require_safe
@allowed(Permission.RESOLVE_PEOPLE)
def proposals(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    page = page_of(
        queries.open_proposals(words), key=("id",), descending=True, after=request.GET.get("after", "")
    )
    context = {"page": page, "rows": waiting(page), "words": words}
    return render(request, "people/proposals.html", context | {"tab": "proposals"})


@require_POST
@allowed(Permission.RESOLVE_PEOPLE)
def decide(request: HttpRequest) -> HttpResponse:
    """One row's button, or the same decision for all that are ticked."""
    actor, why = staff_of(request), request.POST.get("why", "").strip()
    if leaf := request.POST.get("block"):
        _tell(request, [lambda: _block(actor, _number(leaf), why)], _("The value is blocked."))
    else:
        decisions = [
            (lambda link=link: actions.accept_link(actor=actor, link=link, why=why))
            if same
            else (lambda link=link: actions.refuse_link(actor=actor, link=link, why=why))
            for link, same in _chosen(request)
        ]
        _tell(request, decisions, _decided(len(decisions)))
    return redirect("people:review")


@require_POST
@allowed(Permission.RESOLVE_PEOPLE)
def decide_proposals(request: HttpRequest) -> HttpResponse:
    actor, why = staff_of(request), request.POST.get("why", "").strip()
    decisions = [
        (lambda one=one, same=same: actions.decide_proposal(actor=actor, proposal=one, same=same, note=why))
        for one, same in _chosen(request)
    ]
    _tell(request, decisions, _decided(len(decisions)))
    return redirect("people:proposals")


def waiting(page: Page) -> list[Waiting]:
    """Both sides of each row, with what they are called and known by."""
    persons = {leaf.person_id for row in page.rows for leaf in (row.low, row.high)}
    names, leaves = queries.names_of(persons), queries.leaves_of_all(persons)

    def side(leaf: Identifier) -> Side:
        others = [one for one in leaves.get(leaf.person_id, []) if one.id != leaf.id]
        return Side(leaf.person_id, names.get(leaf.person_id, ""), leaf, others[:6])

    return [Waiting(row, side(row.low), side(row.high)) for row in page.rows]


def _chosen(request: HttpRequest) -> list[tuple[int, bool]]:
    """(row, same person?) of one button, or of all that are ticked."""
    for name, same in (("same", True), ("different", False)):
        value = request.POST.get(name)
        if value == "ticked":
            ticked = request.POST.getlist("row")[:MOST_AT_ONCE]
            return [(_number(one), same) for one in ticked]
        if value:
            return [(_number(value), same)]
    return []


def _number(text: str) -> int:
    """A number of a form that somebody may have changed; 0 names nothing."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _decided(count: int) -> str:
    return ngettext("%(n)d decision is written down.", "%(n)d decisions are written down.", count) % {
        "n": count
    }


def _tell(request: HttpRequest, decisions: Iterable[Callable[[], object]], done: str) -> None:
    """Do each of them; what cannot be done says why, and the others are done all the same."""
    problems = []
    count = 0
    for decision in decisions:
        count += 1
        try:
            decision()
        except PeopleError as error:
            problems.append(str(error))
    if count > len(problems):
        messages.success(request, done)
    if not count:
        messages.warning(request, _("Tick the rows the decision is about."))
    for problem in dict.fromkeys(problems):
        messages.error(request, problem)


def _block(actor: Staff, leaf: int, why: str) -> None:
    row = Identifier.objects.filter(id=leaf).first()
    if row is None:
        raise UnknownIdentifier(leaf)
    reason = why or _("Shared by several persons: found on the review page.")
    actions.block_value(actor=actor, kind=row.kind, pattern=row.value, reason=reason)
