"""An address on a store: its scheme names the store, the rest lies in it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from trayecto.errors import BadValue

# At least two letters, for C:\ is a drive; one slash is enough, for a Path of an address has lost the other.
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+):/+(.+)", re.DOTALL)
LOCAL = "file"
_SECRET = re.compile(
    r"[^/@:]*:(?!\d+(/|$))[^@]*@.*", re.DOTALL
)  # KEY:SECRET@bucket/…; not a port, nor container@account


@dataclass(frozen=True)
class Address:
    """``scheme://path``, such as ``s3://bucket/orders.log``."""

    scheme: str
    path: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.path}"

    def __truediv__(self, name: str) -> Address:
        return Address(self.scheme, f"{self.path}/{name}")

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def root(self) -> str:
        """The store and the bucket, for sentences."""
        return f"{self.scheme}://{self.path.partition('/')[0]}"


def placed(where: str | os.PathLike[str] | Address) -> Path | Address:
    """An address as such; what is a path, or begins with ``file://``, as a path of this machine. BadValue for an address
    that holds a password: addresses are shown, and written into logs."""
    if isinstance(where, Address):
        return where
    found = _ADDRESS.fullmatch(os.fspath(where))
    if found is None:
        return Path(where)
    if found[1] == LOCAL:
        return Path(f"/{found[2]}")
    if _SECRET.fullmatch(found[2]):
        raise BadValue(
            f"An address {found[1]}://… holds no credentials: take them out, and set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or what that store takes from the environment."
        )
    return Address(found[1], found[2].rstrip("/"))
