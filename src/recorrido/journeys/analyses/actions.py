"""Ask for an analysis, and carry it out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

import trayecto
from recorrido.company.access import Permission, require
from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.journeys.analyses.models import UNDER_WAY, Analysis, AnalysisState, Parameters, digest_of
from recorrido.journeys.analyses.registry import Kind, Progress, kind_of, scheduled_kinds
from recorrido.journeys.calendar.queries import edition
from recorrido.journeys.errors import JourneysError, NoBlueprint
from recorrido.journeys.queries import Study, journey_types, open_study, valued, values_in_force
from recorrido.shared import clock
from recorrido.shared.aside import AsideEnded, run_aside

TASK = "recorrido.journeys.analyses.tasks.work_out"
KEPT = 10  # done analyses of one question, of as many log versions
PAUSE = 0.5  # seconds between two writes of progress
SOMEBODY_WAITS, FIRST = 20, 10  # priorities in the queue
AGE = timedelta(days=1)


def request_analysis(
    *, study: Study, kind: str, actor: Staff | None, parameters: Parameters | None = None
) -> Analysis:
    """Queue an analysis of the study's log version by the value model and the calendar in force. One that is done or under way is returned; one that failed is
    tried again. Raises UnknownKind, Forbidden."""
    kind_of(kind)
    if actor is not None:
        require(actor, Permission.SEE_JOURNEYS)
    with transaction.atomic():
        analysis, is_new = Analysis.objects.get_or_create(
            journey_type=study.journey_type.slug,
            kind=kind,
            digest=digest_of(parameters or {}),
            log_version=study.version,
            values=_values(),
            calendar=_calendar(kind),
            defaults={"parameters": parameters or {}, "requested_by": actor},
        )
        if is_new or analysis.state == AnalysisState.FAILED:
            _queue(analysis, actor)
    return analysis


def _values() -> int:
    version = values_in_force()
    return version.number if version else 0


def _calendar(kind: str) -> int:
    """Read before the calendar is: what is worked out by a newer one counts as older, and is asked anew."""
    return edition() if kind_of(kind).by_calendar else 0


def _queue(analysis: Analysis, actor: Staff | None) -> None:
    _set(analysis, state=AnalysisState.QUEUED, percent=0, error="", requested_by=actor)
    if actor is not None:
        detail = {"kind": analysis.kind, "journeys": analysis.journey_type}
        audit(actor=actor, action="analysis.asked", subject="analysis", subject_id=analysis.id, detail=detail)
    priority = SOMEBODY_WAITS if actor else FIRST if kind_of(analysis.kind).first else 0
    app.configure_task(TASK, priority=priority).defer(analysis_id=analysis.id)


def carry_out_aside(analysis_id: int) -> None:
    """Carry out a queued analysis in a process of its own, and write down if that process died."""
    try:
        run_aside("recorrido.journeys.analyses.actions:carry_out", analysis_id)
    except AsideEnded:
        Analysis.objects.filter(id=analysis_id, state__in=UNDER_WAY).update(
            state=AnalysisState.FAILED,
            error=_("The process that worked this out was ended from outside; ask again."),
            finished_at=clock.now(),
        )


def carry_out(analysis_id: int) -> None:
    """Carry out a queued analysis; why one stopped stands in its row. A job that comes twice changes nothing."""
    analysis = Analysis.objects.filter(id=analysis_id).first()
    if analysis is None or not analysis.under_way:
        return
    _set(analysis, state=AnalysisState.RUNNING, percent=1)
    with _failing_into(analysis):
        began = time.monotonic()
        study = valued(open_study(analysis.journey_type, analysis.log_version), analysis.values)
        kind = kind_of(analysis.kind)
        result = kind.run(study, analysis.parameters, _progress(analysis))
        _keep(analysis, kind, study, result, time.monotonic() - began)


@contextmanager
def _failing_into(analysis: Analysis) -> Iterator[None]:
    try:
        yield
    except (JourneysError, trayecto.TrayectoError) as error:
        _fail(analysis, str(error))
    except (SystemExit, KeyboardInterrupt):
        # The worker was told to stop: its job is given to the next one, who must find the row waiting, not failed.
        _set(analysis, state=AnalysisState.QUEUED, percent=0)
        raise
    except BaseException as error:
        _fail(analysis, _("an unexpected mistake in the program (%(error)s).") % {"error": repr(error)})
        raise


def _fail(analysis: Analysis, sentence: str) -> None:
    _set(analysis, state=AnalysisState.FAILED, error=sentence, finished_at=clock.now())


def _keep(analysis: Analysis, kind: Kind, study: Study, result: dict[str, Any], seconds: float) -> None:
    with transaction.atomic():
        _set(
            analysis,
            state=AnalysisState.DONE,
            percent=100,
            result=result,
            as_of=study.log.as_of,
            seconds=round(seconds, 2),
            finished_at=clock.now(),
        )
        kind.afterwards(study, result)
        _forget_older(analysis)


def _forget_older(analysis: Analysis) -> None:
    """Older answers to the same question: nobody looks at those of the eleventh version from now."""
    rows = Analysis.objects.about(analysis.journey_type, analysis.kind, analysis.parameters)
    kept = rows.done().order_by("-id").values_list("id", flat=True)[:KEPT]
    rows.done().exclude(id__in=list(kept)).delete()


def _set(analysis: Analysis, **values: Any) -> None:
    for name, value in values.items():
        setattr(analysis, name, value)
    Analysis.objects.filter(id=analysis.id).update(**values)


def _progress(analysis: Analysis) -> Progress:
    last = [time.monotonic()]

    def told(share: float) -> None:
        if time.monotonic() - last[0] > PAUSE:
            last[0] = time.monotonic()
            _set(analysis, percent=max(1, min(99, round(100 * share))))

    return told


def request_scheduled() -> list[Analysis]:
    """Queue every scheduled analysis whose newest result speaks of an older base of its log, by other values or another calendar,
    or is a day old."""
    try:
        slugs = [state.journey_type.slug for state in journey_types() if state.ready]
    except NoBlueprint:
        return []
    return [found for slug in slugs for found in _scheduled(slug)]


def _scheduled(journey_type: str) -> list[Analysis]:
    try:
        study = open_study(journey_type)
    except JourneysError:
        return []
    wanted = [
        kind.name for kind in scheduled_kinds() if kind.applies(study) and not _is_answered(study, kind.name)
    ]
    return [request_analysis(study=study, kind=name, actor=None) for name in wanted]


def _is_answered(study: Study, kind: str) -> bool:
    """A failed one is not tried by itself again before there is a new base."""
    last = Analysis.objects.about(study.journey_type.slug, kind, {}).order_by("-id").first()
    if last is None or _base(last.log_version) != _base(study.version):
        return False
    if (last.values, last.calendar) != (_values(), _calendar(kind)):
        return False
    return last.state != AnalysisState.DONE or study.log.as_of - (last.as_of or study.log.as_of) < AGE


def _base(version: str) -> str:
    return version.partition(".")[0]
