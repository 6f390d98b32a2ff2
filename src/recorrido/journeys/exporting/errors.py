"""What can go wrong with the export of events.

ExportError
├── ExportRunning  another process is exporting to this place (temporary)
└── ExportFailed   the place cannot be written, or holds something else; what was there before stays
"""

from __future__ import annotations

from typing import ClassVar


class ExportError(Exception):
    """Base: ``code`` for machines, the message (translated, one sentence) for people."""

    code = "export"
    temporary: ClassVar[bool] = False


class ExportRunning(ExportError):
    code = "export_running"
    temporary = True


class ExportFailed(ExportError):
    code = "export_failed"
