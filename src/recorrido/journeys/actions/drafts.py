"""Blueprints written in the browser: a draft is proposed, edited, installed or dropped."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.journeys.access import require_design
from recorrido.journeys.actions.install import install_blueprint
from recorrido.journeys.actions.requests import request_build
from recorrido.journeys.drafting.propose import Proposal, add_to, new_design
from recorrido.journeys.drafting.text import Design, design_of, text_of
from recorrido.journeys.errors import DraftClosed, NoBlueprint
from recorrido.journeys.models import (
    BlueprintDraft,
    BlueprintVersion,
    BuildReason,
    DraftState,
    JourneyBuild,
)
from recorrido.shared import clock


@transaction.atomic
def propose_draft(*, actor: Staff, proposal: Proposal, origin: str, add: bool) -> BlueprintDraft:
    """A draft from events that are there. ``add``: to the blueprint in force, which stays whole; else by itself."""
    require_design(actor)
    base = BlueprintVersion.objects.newest() if add else None
    if base is None:
        design = new_design(proposal)
        journey_type = next(iter(design["journeys"]))
    else:
        design, journey_type = add_to(design_of(base.source, base.file_name), proposal)
        design["default_journey"] = design.get("default_journey") or next(iter(design["journeys"]))
    return _open(actor, design, base, origin, journey_type)


@transaction.atomic
def edit_installed(*, actor: Staff) -> BlueprintDraft:
    """A draft of the blueprint in force; installing it makes the next version. Raises NoBlueprint."""
    require_design(actor)
    base = BlueprintVersion.objects.newest()
    if base is None:
        raise NoBlueprint
    design = design_of(base.source, base.file_name)
    return _open(actor, design, base, "", str(design.get("default_journey") or ""))


def _open(
    actor: Staff, design: Design, base: BlueprintVersion | None, origin: str, journey_type: str
) -> BlueprintDraft:
    draft = BlueprintDraft.objects.create(
        name=str(design.get("blueprint") or "draft")[:100],
        source=text_of(design),
        origin=origin,
        journey_type=journey_type,
        base=base,
        staff=actor,
    )
    _audit(actor, draft, "blueprint.drafted", {"from": str(base or ""), "file": origin})
    return draft


@transaction.atomic
def write_draft(*, actor: Staff, draft: BlueprintDraft, design: Design) -> BlueprintDraft:
    """Keep what was edited, mistakes and all. Raises DraftClosed."""
    require_design(actor)
    draft = _locked(draft)
    source = text_of(design)
    if source != draft.source:
        draft.source, draft.changed_at = source, clock.now()
        draft.name = str(design.get("blueprint") or draft.name)[:100]
        draft.save(update_fields=["source", "changed_at", "name"])
        _audit(actor, draft, "blueprint.draft_edited", {})
    return draft


@transaction.atomic
def write_draft_text(*, actor: Staff, draft: BlueprintDraft, source: str) -> BlueprintDraft:
    """Keep a draft as it was typed, comments and mistakes and all. Raises DraftClosed."""
    require_design(actor)
    draft = _locked(draft)
    if source != draft.source:
        draft.source, draft.changed_at = source, clock.now()
        draft.save(update_fields=["source", "changed_at"])
        _audit(actor, draft, "blueprint.draft_edited", {})
    return draft


@transaction.atomic
def draft_of_text(*, actor: Staff) -> BlueprintDraft:
    """A draft of the blueprint in force as its file is written, comments and all. Raises NoBlueprint."""
    draft = edit_installed(actor=actor)
    assert draft.base is not None
    return write_draft_text(actor=actor, draft=draft, source=draft.base.source)


@transaction.atomic
def install_draft(*, actor: Staff, draft: BlueprintDraft) -> tuple[BlueprintVersion, list[JourneyBuild]]:
    """Put the draft in force and ask for the builds of all its journeys, the one it speaks of first.

    Raises BlueprintInvalid with every problem, and DraftClosed.
    """
    require_design(actor)
    draft = _locked(draft)
    version = install_blueprint(source=draft.source, file_name=f"{draft.name}.yaml", actor=actor)
    draft.state, draft.installed, draft.changed_at = DraftState.INSTALLED, version, clock.now()
    draft.save(update_fields=["state", "installed", "changed_at"])
    slugs = sorted(version.read().journeys, key=lambda slug: slug != draft.journey_type)
    return version, [request_build(journey_type=s, actor=actor, reason=BuildReason.INSTALL) for s in slugs]


@transaction.atomic
def drop_draft(*, actor: Staff, draft: BlueprintDraft) -> None:
    """Put the draft away; nothing was in force. Raises DraftClosed."""
    require_design(actor)
    draft = _locked(draft)
    draft.state, draft.changed_at = DraftState.DROPPED, clock.now()
    draft.save(update_fields=["state", "changed_at"])
    _audit(actor, draft, "blueprint.draft_dropped", {})


def _locked(draft: BlueprintDraft) -> BlueprintDraft:
    found = BlueprintDraft.objects.select_for_update().get(id=draft.id)
    if found.state != DraftState.OPEN:
        raise DraftClosed(
            _("This draft was installed or dropped already; open a new one from the blueprint.")
        )
    return found


def _audit(actor: Staff, draft: BlueprintDraft, action: str, detail: dict[str, str]) -> None:
    audit(actor=actor, action=action, subject="blueprint_draft", subject_id=draft.id, detail=detail)
