"""Put a new version of the value model in force."""

from __future__ import annotations

from django.db import connection, transaction

from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.journeys.access import require_values
from recorrido.journeys.errors import ValuesInvalid
from recorrido.journeys.models import ValueModelVersion
from trayecto.values import BadValues, read_values

_INSTALL_LOCK = 4_917_002  # one at a time, so that version numbers have no gaps


@transaction.atomic
def install_values(*, source: str, file_name: str, actor: Staff | None) -> ValueModelVersion:
    """Put the YAML text in force; what is in force already is not installed again.

    Figures of money follow with the next analyses; no journey log has to be built anew. ``actor`` None: the command line.
    Raises ValuesInvalid for the first mistake, Forbidden.
    """
    if actor is not None:
        require_values(actor)
    _require_readable(source, file_name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_INSTALL_LOCK])
    before = ValueModelVersion.objects.newest()
    if before is not None and before.source == source:
        return before
    installed = ValueModelVersion.objects.create(
        number=before.number + 1 if before else 1, source=source, file_name=file_name, installed_by=actor
    )
    detail = {"from": str(before or ""), "to": str(installed), "file": file_name}
    audit(
        actor=actor, action="values.installed", subject="value_model", subject_id=installed.id, detail=detail
    )
    return installed


def _require_readable(source: str, file_name: str) -> None:
    file = file_name or "values.yaml"
    try:
        read_values(source, file=file)
    except BadValues as error:
        raise ValuesInvalid(file, error.line, error.column, error.problem) from error
