"""What can go wrong with an import of files.

FilesError
├── MappingInvalid   a mapping that breaks the language; carries every problem with its place
├── UnknownMapping   neither a file nor a name of a mapping that comes with the product
├── FilesMissing     a table of the mapping has no file, or a file belongs to no table
├── FileUnreadable   a file that is not what the mapping says it is
├── TooManyRejects   so many rows are rejected that the table as a whole is read wrongly
├── UploadRefused    a file that cannot be taken in: too large, empty, no room
├── WrongState       an upload that is not at the step somebody wants to take
├── AnswersWrong     answers about a file that do not fit together; carries each with its field
└── StrictStop       --strict and a row was rejected
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class FilesError(Exception):
    """Base: ``code`` for machines, the message (translated, one sentence) for people."""

    code = "files"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a mapping: where (``tables.orders.key``, line) and what, with how to mend it."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return _("line %(line)d, %(path)s: %(message)s") % {
            "line": self.line,
            "path": self.path or _("the file"),
            "message": self.message,
        }


class MappingInvalid(FilesError):
    """A mapping that breaks the language."""

    code = "mapping_invalid"

    def __init__(self, file: str, problems: tuple[Problem, ...]) -> None:
        self.file = file
        self.problems = problems
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(
            _("The mapping %(file)s cannot be used:\n%(lines)s") % {"file": file, "lines": lines}
        )


class UnknownMapping(FilesError):
    code = "unknown_mapping"

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(
            _("There is no mapping %(name)s; give a YAML file or one of: %(known)s.")
            % {"name": name, "known": ", ".join(known)}
        )


class FilesMissing(FilesError):
    code = "files_missing"


class FileUnreadable(FilesError):
    code = "file_unreadable"

    def __init__(self, file: str, why: str) -> None:
        super().__init__(_("%(file)s cannot be read: %(why)s") % {"file": file, "why": why})


class TooManyRejects(FilesError):
    code = "too_many_rejects"

    def __init__(self, rejected: int, last: str) -> None:
        message = _("More than %(n)s rows cannot be used, so nothing was recorded. One of them: %(row)s")
        super().__init__(message % {"n": f"{rejected - 1:,}", "row": last})


class UploadRefused(FilesError):
    code = "upload_refused"


class WrongState(FilesError):
    code = "wrong_state"


class AnswersWrong(FilesError):
    """What a person still has to choose or mend: field → sentence."""

    code = "answers_wrong"

    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields
        super().__init__(" ".join(fields.values()))


class StrictStop(FilesError):
    code = "strict_stop"

    def __init__(self, rejected: int, first: str) -> None:
        message = ngettext(
            "%(n)d row was rejected and --strict stops there: %(first)s",
            "%(n)d rows were rejected and --strict stops there; the first: %(first)s",
            rejected,
        )
        super().__init__(message % {"n": rejected, "first": first})
