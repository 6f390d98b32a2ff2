"""How far a check or an import is, told in the upload's row."""

from __future__ import annotations

import time

from recorrido.connectors.files.models import Upload
from recorrido.connectors.files.progress import Progress
from recorrido.shared import clock

EVERY = 1.0  # seconds


class UploadProgress(Progress):
    """Writes stage and percent at most once a second; a stage of unknown length has no percent."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self._total: int | None = None
        self._done = 0
        self._told = 0.0

    def stage(self, title: str, total: int | None) -> None:
        self._total, self._done = total, 0
        self._tell(stage=title[:200], percent=0)

    def advance(self, steps: int) -> None:
        self._done += steps
        if self._total and time.monotonic() - self._told >= EVERY:
            self._tell(percent=min(100, 100 * self._done // self._total))

    def _tell(self, **changes: object) -> None:
        self._told = time.monotonic()
        Upload.objects.filter(id=self._upload.id).update(**changes, changed_at=clock.now())
