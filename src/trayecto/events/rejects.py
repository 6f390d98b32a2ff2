"""The rows that did not get in, written as they turn up: memory does not grow with the badness of a file."""

from __future__ import annotations

import csv
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from trayecto.errors import BadRows, UnreadableFile
from trayecto.events.table import Reject

HEADER = ("file", "row", "column", "value", "reason", "raw")
KEPT_IN_MEMORY = 20


class Rejects:
    """A CSV file of rejected rows (file,row,column,value,reason,raw), made when the first one comes.

    Without a path it is made in the folder for temporary files, so that no row vanishes because nobody said where.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self._wanted = Path(path) if path is not None else None
        self._file: IO[str] | None = None
        self._writer: Any = None
        self.path: Path | None = None
        self.count = 0
        self.first: list[Reject] = []

    def add(self, reject: Reject) -> None:
        if self._file is None:
            self._open()
        row = (reject.file, reject.row, reject.column, reject.value, reject.reason, reject.raw)
        self._writer.writerow([_writable(cell) for cell in row])
        self.count += 1
        if len(self.first) < KEPT_IN_MEMORY:
            self.first.append(reject)

    def stop_if_any(self) -> None:
        """Raise BadRows with the first reject and the count, for ``strict``."""
        if self.count:
            rows = "1 row" if self.count == 1 else f"{self.count:,} rows"
            raise BadRows(
                f"{rows} could not be taken in; the first: {self.first[0]}. All are in {self.path}."
            )

    def _open(self) -> None:
        try:
            self._file = self._create()
        except OSError as problem:
            raise UnreadableFile(
                f"The rejects file {self._wanted} cannot be written: {problem.strerror}."
            ) from problem
        self._writer = csv.writer(self._file)
        self._writer.writerow(HEADER)

    def _create(self) -> IO[str]:
        if self._wanted is not None:
            self.path = self._wanted
            return self._wanted.open("w", encoding="utf-8", newline="")
        handle, name = tempfile.mkstemp(prefix="trayecto-rejects-", suffix=".csv")
        self.path = Path(name)
        return os.fdopen(handle, "w", encoding="utf-8", newline="")

    def __enter__(self) -> Rejects:
        return self

    def __exit__(self, kind: type | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()


def _writable(text: str) -> str:
    """NUL would end the cell for some readers, and lone surrogates cannot be written as UTF-8."""
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode("utf-8")
