"""Put a new version of the blueprint in force."""

from __future__ import annotations

import hashlib

from django.db import connection, transaction

from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.journeys.blueprint import read_blueprint
from recorrido.journeys.models import BlueprintVersion

_INSTALL_LOCK = 4_917_001  # one installation at a time, so that version numbers have no gaps


@transaction.atomic
def install_blueprint(*, source: str, file_name: str, actor: Staff | None) -> BlueprintVersion:
    """Install the YAML text as the newest version; the text in force already is not installed again.

    Raises BlueprintInvalid with every problem of the text. Logs built with the former version stay until the next
    build.
    """
    blueprint = read_blueprint(source, file_name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_INSTALL_LOCK])
    digest = hashlib.sha256(source.encode()).hexdigest()
    before = BlueprintVersion.objects.newest()
    if before is not None and (before.digest, before.name) == (digest, blueprint.name):
        return before
    installed = BlueprintVersion.objects.create(
        name=blueprint.name,
        number=BlueprintVersion.objects.filter(name=blueprint.name).count() + 1,
        digest=digest,
        source=source,
        file_name=file_name,
        installed_by=actor,
    )
    detail = {"from": str(before or ""), "to": str(installed), "file": file_name}
    audit(
        actor=actor, action="blueprint.installed", subject="blueprint", subject_id=installed.id, detail=detail
    )
    return installed
