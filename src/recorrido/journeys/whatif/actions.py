"""Keep changes under a name, give them another one, remove them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.journeys.whatif.access import require_naming
from recorrido.journeys.whatif.errors import BadName, NameTaken, TooManyNamed, UnknownChanges
from recorrido.journeys.whatif.models import NamedChanges

LONGEST = 100
MOST = 100  # of a journey type: the page lists them all

Change = Mapping[str, Any]


def save_changes(*, actor: Staff, journey_type: str, name: str, changes: Sequence[Change]) -> NamedChanges:
    """``changes``: as the library writes them, one or more. Raises Forbidden, BadName, NameTaken, TooManyNamed."""
    require_naming(actor)
    wanted = _checked(name)
    if not changes:
        raise BadName(_("Move a slider first: nothing is changed yet."))
    if NamedChanges.objects.of_type(journey_type).count() >= MOST:
        raise TooManyNamed(_("%(most)s are kept already; remove one first.") % {"most": MOST})
    with _once(wanted), transaction.atomic():
        saved = NamedChanges.objects.create(
            journey_type=journey_type, name=wanted, changes=[dict(one) for one in changes], saved_by=actor
        )
        _audit(actor, saved, "named_changes.saved", {"name": wanted, "changes": saved.changes})
    return saved


def rename_changes(*, actor: Staff, changes_id: int, name: str) -> NamedChanges:
    """Raises Forbidden, BadName, NameTaken, UnknownChanges."""
    require_naming(actor)
    wanted = _checked(name)
    with _once(wanted), transaction.atomic():
        saved = _locked(changes_id)
        before, saved.name = saved.name, wanted
        if before != wanted:
            saved.save(update_fields=["name"])
            _audit(actor, saved, "named_changes.renamed", {"from": before, "to": wanted})
    return saved


@transaction.atomic
def remove_changes(*, actor: Staff, changes_id: int) -> str:
    """The name they had; what they were stays in the audit log. Raises Forbidden, UnknownChanges."""
    require_naming(actor)
    saved = _locked(changes_id)
    _audit(actor, saved, "named_changes.removed", {"name": saved.name, "changes": saved.changes})
    saved.delete()
    return saved.name


@contextmanager
def _once(name: str) -> Iterator[None]:
    """Turns the constraint's refusal into a sentence."""
    try:
        yield
    except IntegrityError as error:
        raise NameTaken(_("“%(name)s” exists already; choose another name.") % {"name": name}) from error


def _checked(name: str) -> str:
    wanted = " ".join(name.replace("\x00", "").split())
    if not wanted:
        raise BadName(_("Write a name for it."))
    if len(wanted) > LONGEST:
        raise BadName(_("A name has at most %(most)s characters.") % {"most": LONGEST})
    return wanted


def _locked(changes_id: int) -> NamedChanges:
    found = NamedChanges.objects.select_for_update().filter(id=changes_id).first()
    if found is None:
        raise UnknownChanges(_("Somebody removed it since."))
    return found


def _audit(actor: Staff, saved: NamedChanges, action: str, detail: dict[str, Any]) -> None:
    audit(actor=actor, action=action, subject="named_changes", subject_id=saved.id, detail=detail)
