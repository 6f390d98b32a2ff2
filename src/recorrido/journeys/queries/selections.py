"""What a click on a figure selects: written into the URL, turned into the filter that picks exactly the counted rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote

from django.utils.translation import gettext as _

import trayecto
from recorrido.journeys.errors import BadSelection
from recorrido.journeys.queries.deviating import (
    aligned_filter,
    conforming_filter,
    deviating_filter,
    judged_filter,
    unseen_filter,
)
from recorrido.journeys.queries.filters import Filters, trayecto_all
from recorrido.journeys.queries.lateness import late_filter
from recorrido.journeys.queries.outcomes import lost_anywhere, lost_filter, open_anywhere, open_filter
from recorrido.journeys.queries.study import Study


@dataclass(frozen=True)
class Selection:
    """``kind`` and its arguments; the URL form is ``kind:argument,argument`` (``sel=flow:cart.filled,order.placed``).

    Kinds: all · step:S · flow:A,B · start:S · end:S · reached · lost · open · regular · exceptions · begun · decided ·
    took:A,B,SECONDS · lost:S · open:S · late:S · hurt:S · variant:RANK · funnel:LEVEL,WITHIN,STRICT,S1,S2… · stopped:LEVEL,…
    · what other modules register (``paths``, ``cohorts``)
    took:A,B,SECONDS · lost:S · open:S · late:S · hurt:S · variant:RANK · funnel:LEVEL,WITHIN,STRICT,S1,S2… · stopped:LEVEL,… ·
    judged · conforming · unseen · deviates:KIND,S,RULE,OTHER · aligned:PLACE
    """

    kind: str = "all"
    arguments: tuple[str, ...] = ()

    def encode(self) -> str:
        return ":".join(
            [self.kind, ",".join(quote(argument, safe="") for argument in self.arguments)]
        ).rstrip(":")

    @classmethod
    def decode(cls, text: str) -> Selection:
        """Read the URL form ("" = all journeys); raises BadSelection."""
        kind, _colon, rest = (text or "all").partition(":")
        found = cls(kind, tuple(unquote(part) for part in rest.split(",")) if rest else ())
        if (kind, bool(found.arguments)) not in _RESOLVERS:
            raise BadSelection(_("This link's selection “%(text)s” is not understood.") % {"text": text})
        return found

    def resolve(self, study: Study, filters: Filters) -> Any | None:
        """The filter that, together with ``filters``, picks the counted journeys; None = all of them."""
        try:
            resolver = _RESOLVERS[self.kind, bool(self.arguments)]
            return resolver(study, filters, *self.arguments)
        except (TypeError, ValueError) as error:
            raise BadSelection(
                _("This link's selection “%(text)s” is not understood.") % {"text": self.encode()}
            ) from error
        except trayecto.TrayectoError as error:  # an unknown step, a rank of 0
            raise BadSelection(str(error)) from error


def select(study: Study, filters: Filters, selection: Selection) -> Any:
    """The log narrowed to the journeys behind a click. Raises BadSelection."""
    parts = [filters.resolve(study), selection.resolve(study, filters)]
    whole = trayecto_all([part for part in parts if part is not None])
    if whole is None:
        return study.log
    try:
        return study.log.where(whole)
    except trayecto.TrayectoError as error:
        raise BadSelection(str(error)) from error


def all_journeys() -> Selection:
    return Selection()


def at_step(step: str) -> Selection:
    return Selection("step", (step,))


def at_flow(source: str, target: str) -> Selection:
    return Selection("flow", (source, target))


def of_variant(rank: int) -> Selection:
    """``rank``: the variant's rank in the whole log (not in a filtered list), from 1."""
    return Selection("variant", (str(rank),))


def funnel_level(level: int, steps: tuple[str, ...], within: str, strict: bool) -> Selection:
    return Selection("funnel", (str(level), within, "strict" if strict else "", *steps))


def funnel_stop(level: int, steps: tuple[str, ...], within: str, strict: bool) -> Selection:
    """The journeys that reach a level and not the next."""
    return replace(funnel_level(level, steps, within, strict), kind="stopped")


def in_link(link: str, selection: Selection) -> str:
    """An address with ``{selection}`` in it, made to lead to the journeys of a selection."""
    return link.replace("{selection}", quote(selection.encode(), safe=""))


Resolver = Callable[..., Any]


def _funnel(_study: Study, _filters: Filters, level: str, within: str, strict: str, *steps: str) -> Any:
    return trayecto.funnel_reached(list(steps), within=within or None, strict=bool(strict), k=int(level))


def _stopped(study: Study, filters: Filters, level: str, *rest: str) -> Any:
    return _funnel(study, filters, level, *rest) & ~_funnel(study, filters, str(int(level) + 1), *rest)


def _took(_study: Study, _filters: Filters, source: str, target: str, seconds: str) -> Any:
    """That long or longer."""
    least = timedelta(seconds=float(seconds)) - timedelta(microseconds=1)
    return trayecto.took(source, target, longer_than=least)


def _decided(study: Study, filters: Filters) -> Any:
    begun = study.begun
    decided = ~open_anywhere(study)
    return decided if begun is None else begun & decided


def register_selection(kind: str, resolver: Resolver) -> None:
    """Let addresses speak of ``kind:argument``; for modules above, which know other sets of journeys."""
    _RESOLVERS[kind, True] = resolver


_RESOLVERS: dict[tuple[str, bool], Resolver] = {
    ("all", False): lambda study, filters: None,
    ("step", True): lambda study, filters, step: trayecto.has(step),
    ("flow", True): lambda study, filters, source, target: trayecto.directly_followed_by(source, target),
    ("start", True): lambda study, filters, step: trayecto.starts_with(step),
    ("end", True): lambda study, filters, step: trayecto.ends_with(step),
    ("reached", False): lambda study, filters: study.reached,
    ("lost", False): lambda study, filters: lost_anywhere(study),
    ("open", False): lambda study, filters: open_anywhere(study),
    ("regular", False): lambda study, filters: study.regular,
    ("exceptions", False): lambda study, filters: study.exceptions,
    ("begun", False): lambda study, filters: study.begun,
    ("decided", False): _decided,
    ("lost", True): lambda study, filters, step: lost_filter(study, step),
    ("open", True): lambda study, filters, step: open_filter(study, step),
    ("late", True): late_filter,
    ("hurt", True): lambda study, filters, step: lost_filter(study, step) | late_filter(study, filters, step),
    ("variant", True): lambda study, filters, rank: trayecto.variant_rank(exactly=int(rank)),
    ("funnel", True): _funnel,
    ("stopped", True): _stopped,
    ("took", True): _took,
    ("judged", False): lambda study, filters: judged_filter(study),
    ("unseen", False): lambda study, filters: unseen_filter(study),
    ("conforming", False): lambda study, filters: conforming_filter(study),
    ("deviates", True): lambda study, filters, *told: deviating_filter(study, *told),
    ("aligned", True): lambda study, filters, place: aligned_filter(study, place),
}
