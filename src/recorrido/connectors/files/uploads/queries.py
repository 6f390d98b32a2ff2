"""Reads about uploads."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from recorrido.connectors.files.models import Upload, UploadState
from recorrido.events.models import Source


def find_uploads(words: str = "") -> QuerySet[Upload]:
    """All of them, found by name; those that were thrown away before an import are left out."""
    found = Upload.objects.exclude(state=UploadState.THROWN).select_related("staff")
    found = found.defer("guessed", "looked", "answers", "checked", "mapping")
    return found.filter(Q(name__icontains=words)) if words else found


def answered_before(upload: Upload) -> Upload | None:
    """The newest other upload with the same columns, whose answers serve for this one too."""
    if not upload.header_sha256:
        return None
    found = Upload.objects.filter(header_sha256=upload.header_sha256).exclude(mapping="")
    return found.exclude(id=upload.id).order_by("-id").first()


def confirmed_last() -> dict[str, str]:
    """Zone, country and currency as a person confirmed them for the newest imported file; {} before the first."""
    found = (
        Upload.objects.filter(state=UploadState.IMPORTED).order_by("-id").values_list("answers", flat=True)
    )
    answers = found.first() or {}
    return {name: answers.get(name, "") for name in ("zone", "country", "currency")} if answers else {}


def same_content(upload: Upload) -> Upload | None:
    """The newest other upload of this very file that was imported."""
    found = Upload.objects.filter(sha256=upload.sha256, state=UploadState.IMPORTED)
    return found.exclude(id=upload.id).order_by("-id").first()


def known_sources() -> list[str]:
    return list(Source.objects.order_by("name").values_list("name", flat=True)[:200])
