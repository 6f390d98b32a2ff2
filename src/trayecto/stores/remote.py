"""The objects of a store through fsspec: read, written, listed, removed, with a limit of time and tries for each request.

The only module that knows of fsspec. A store is slow or gone now and then: a request that fails for no lasting reason is made
again after a pause that doubles, and when it fails to the last a sentence says what, where and what to do. Credentials and
addresses of stores are those that fsspec takes from the environment (``AWS_*``, ``FSSPEC_S3_ENDPOINT_URL``).
"""

from __future__ import annotations

import errno
import os
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from trayecto.errors import NoStore
from trayecto.stores.address import Address

CHUNK = 8 << 20  # bytes of one request
AT_ONCE = 4  # requests for one file
TRIES = 5
LIMIT = 60.0  # seconds for a chunk
PAUSE = 0.2  # seconds before the second try; twice as long before each next one
LASTING = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError, NotImplementedError)
Answer = TypeVar("Answer")


def read(address: Address, start: int | None = None, end: int | None = None) -> bytes:
    """An object's bytes, or those from ``start`` to before ``end``; FileNotFoundError without it, NoStore in trouble."""
    return bytes(
        _tried(
            "reading", address, lambda fs, **limit: fs.cat_file(address.path, start=start, end=end, **limit)
        )
    )


def fetch(address: Address, size: int, into: Path, check: Callable[[], None]) -> None:
    """An object of so many bytes as a file, chunk by chunk, several at once; ``check`` may call it off between two."""
    starts = range(0, size, CHUNK)
    with into.open("wb") as file, ThreadPoolExecutor(AT_ONCE, "trayecto-chunk") as pool:
        try:
            list(pool.map(partial(_fetch_chunk, address, size, file.fileno(), check), starts))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _fetch_chunk(address: Address, size: int, file: int, check: Callable[[], None], start: int) -> None:
    check()
    end = min(start + CHUNK, size)
    found = _tried("reading", address, lambda fs, **limit: _whole(fs, address, start, end, limit))
    if os.pwrite(file, found, start) < len(
        found
    ):  # the disk is full: it takes what it can, and says so only the next time
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _whole(fs: Any, address: Address, start: int, end: int, limit: dict[str, float]) -> bytes:
    found = bytes(fs.cat_file(address.path, start=start, end=end, **limit))
    if len(found) != end - start:
        raise OSError(f"{len(found)} bytes came instead of {end - start}")
    return found


def put(address: Address, content: bytes) -> None:
    """Write an object, whole or not at all; one that is there is replaced in one step."""
    chunks = 1 + len(content) // CHUNK
    _tried("writing", address, lambda fs, **limit: fs.pipe_file(address.path, content, **limit), chunks)


def put_file(path: Path, address: Address) -> None:
    """A file as an object, whole or not at all."""
    chunks = 1 + path.stat().st_size // CHUNK
    _tried("writing", address, lambda fs, **limit: fs.put_file(str(path), address.path, **limit), chunks)


def exists(address: Address) -> bool:
    """Whether there is an object of this very name. Not ``isfile``, which says no as well when the store gives no answer."""
    try:
        return bool(_facts(address)["type"] == "file")
    except FileNotFoundError:
        return False


def sizes(folder: Address) -> dict[str, int]:
    """Every object below a folder, by its name from there, with its bytes; none for a folder that is not there."""
    found = _tried("listing", folder, lambda fs, **limit: fs.find(folder.path, detail=True, **limit))
    stem = folder.path.strip("/") + "/"
    names = {name.strip("/"): facts for name, facts in found.items() if facts["type"] == "file"}
    return {
        name.removeprefix(stem): int(facts["size"]) for name, facts in names.items() if name.startswith(stem)
    }


def size(address: Address) -> int:
    """An object's bytes; FileNotFoundError without it."""
    return int(_facts(address)["size"])


def _facts(address: Address) -> dict[str, Any]:
    found: dict[str, Any] = _tried("looking for", address, lambda fs, **limit: fs.info(address.path, **limit))
    return found


def names(folder: Address) -> list[str]:
    """What lies directly in a folder, sorted; nothing for one that is not there."""
    try:
        found = _tried("listing", folder, lambda fs, **limit: fs.ls(folder.path, detail=False, **limit))
    except FileNotFoundError:
        return []
    return sorted({name.rstrip("/").rpartition("/")[2] for name in found})


def matching(pattern: Address) -> list[Address]:
    """The objects whose address fits a pattern with ``*``, sorted."""
    found = _tried("listing", pattern, lambda fs, **limit: fs.glob(pattern.path, **limit))
    return [Address(pattern.scheme, name.lstrip("/")) for name in sorted(found)]


def remove(folder: Address) -> None:
    """Everything below a folder; nothing happens when it is not there."""
    try:
        _tried("removing", folder, lambda fs, **limit: fs.rm(folder.path, recursive=True, **limit))
    except FileNotFoundError:
        return


# --- requests ---


def _tried(what: str, address: Address, request: Callable[..., Answer], chunks: int = 1) -> Answer:
    """The answer to ``request(filesystem, timeout=…)``; a passing failure is tried again, a lasting one is told at once."""
    fs = _filesystem(address)
    tries, limit = _number("TRAYECTO_STORE_TRIES", TRIES), _number("TRAYECTO_STORE_TIMEOUT", LIMIT) * chunks
    limits = {"timeout": limit} if fs.async_impl else {}
    began = time.monotonic()
    for number in range(max(1, int(tries))):
        if number:
            time.sleep(PAUSE * 2 ** (number - 1) * random.uniform(0.5, 1.5))
        try:
            return request(fs, **limits)
        except FileNotFoundError:
            raise
        except LASTING as error:
            raise NoStore(
                f"The store refuses {what} {address}: {_said(error)}. Check the credentials."
            ) from error
        except Exception as error:
            last = error
    raise NoStore(_trouble(what, address, last, time.monotonic() - began, int(tries))) from last


def _trouble(what: str, address: Address, error: Exception, seconds: float, tries: int) -> str:
    return (
        f"The store {address.root} gave no answer: {what} {address} failed {tries} times in {seconds:.0f} s, at last with "
        f"'{_said(error)}'. Check that it can be reached and the credentials (AWS_*, FSSPEC_S3_ENDPOINT_URL), then ask again; "
        "TRAYECTO_STORE_TIMEOUT and TRAYECTO_STORE_TRIES say how long to wait for a slow one."
    )


def _said(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else f"{type(error).__name__}: too slow"


def _number(name: str, usual: float) -> float:
    try:
        return float(os.environ.get(name) or usual)
    except ValueError:
        raise NoStore(f"{name} is '{os.environ[name]}': write a number.") from None


def _filesystem(address: Address) -> Any:
    """The file system of a scheme, as the environment tells of it now."""
    try:
        import fsspec
        from fsspec.config import set_conf_env
    except ImportError as error:
        raise NoStore(_missing(address, error)) from error
    told: dict[str, dict[str, Any]] = {}
    set_conf_env(told)
    try:
        return fsspec.filesystem(address.scheme, use_listings_cache=False, **told.get(address.scheme, {}))
    except ImportError as error:
        raise NoStore(_missing(address, error)) from error
    except ValueError as error:
        raise NoStore(f"{address} cannot be read: {_said(error)}.") from error


def _missing(address: Address, error: ImportError) -> str:
    return (
        f"{address} lies on a store, which needs libraries of its own: install the extra 's3' (pip install 'recorrido[s3]'; "
        f"for other stores also fsspec's library for {address.scheme}://). {_said(error)}."
    )
