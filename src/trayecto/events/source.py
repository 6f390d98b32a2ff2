"""Files and streams, opened: compression, counting of bytes, and damage told in one sentence."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from trayecto.errors import BadValue, UnreadableFile

GZIP_MAGIC = b"\x1f\x8b"
BLOCK = 1 << 20


class Watched(io.RawIOBase):
    """A binary stream that tells how many bytes were read from it."""

    def __init__(self, stream: BinaryIO, tell: Callable[[int], None]) -> None:
        super().__init__()
        self._stream = stream
        self._tell = tell

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._tell(len(data))
        return len(data)

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._tell(len(data))
        return data

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


@dataclass
class Source:
    """One file, or one stream that was handed over; ``name`` is how messages call it."""

    name: str
    path: Path | None = None
    content: bytes | None = None
    tell: Callable[[int], None] = field(default=lambda _bytes: None)

    @classmethod
    def of_path(cls, path: str | os.PathLike[str]) -> Source:
        found = Path(path)
        if not found.exists():
            raise UnreadableFile(f"{found}: there is no such file.")
        return cls(name=found.name, path=found)

    @classmethod
    def of_stream(cls, stream: BinaryIO) -> Source:
        """The whole stream is read at once: several formats must look at a file twice."""
        name = getattr(stream, "name", None)
        content = stream.read()
        if not isinstance(content, bytes):
            raise BadValue("The stream gives text; open it in binary mode ('rb').")
        return cls(name=Path(name).name if isinstance(name, str) else "stream", content=content)

    @property
    def size(self) -> int:
        """Bytes as stored (compressed)."""
        return len(self.content) if self.content is not None else os.path.getsize(self.path or "")

    def open(self, *, watch: bool = True) -> BinaryIO:
        """The content as a binary stream, decompressed when it is gzip, whatever its name says."""
        packed = self.is_compressed()
        raw = self._raw()
        stream = io.BufferedReader(Watched(raw, self.tell if watch else _nothing), BLOCK)
        return gzip.GzipFile(fileobj=stream) if packed else stream  # type: ignore[return-value]

    def is_compressed(self) -> bool:
        with self._raw() as raw:
            return raw.read(2) == GZIP_MAGIC

    def head(self, size: int) -> bytes:
        with self.open(watch=False) as stream:
            return stream.read(size)

    def _raw(self) -> BinaryIO:
        if self.content is not None:
            return io.BytesIO(self.content)
        assert self.path is not None
        return self.path.open("rb")


@contextmanager
def damage_as_sentence(name: str) -> Iterator[None]:
    """Turn what the operating system, gzip and Arrow say about bad content into UnreadableFile."""
    try:
        yield
    except EOFError as problem:
        raise UnreadableFile(f"{name} is cut short: its compressed content ends too early.") from problem
    except (gzip.BadGzipFile, zlib.error) as problem:
        raise UnreadableFile(
            f"{name} is damaged: its gzip content cannot be unpacked ({problem})."
        ) from problem
    except UnicodeError as problem:
        raise UnreadableFile(f"{name} holds text that is not UTF-8: {problem}.") from problem
    except pa.ArrowException as problem:
        raise UnreadableFile(
            f"{name} holds values that cannot be read: {str(problem).splitlines()[0]}."
        ) from problem
    except OSError as problem:
        raise UnreadableFile(f"{name} cannot be read: {problem.strerror or problem}.") from problem


def _nothing(_bytes: int) -> None:
    return None


def bad_encoding(file: str, problem: Exception) -> Exception:
    """What to raise when the parser cannot follow an XML declaration; any other mistake is handed back as it is."""
    if "encoding" not in str(problem):
        return problem
    return UnreadableFile(f"{file} declares an encoding that cannot be read ({problem}): save it as UTF-8.")
