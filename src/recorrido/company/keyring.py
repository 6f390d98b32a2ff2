"""The API keys in memory: a company has dozens, and every request of a program asks for one.

All of them are read at once and kept for seconds, so that neither a busy client nor a million forged keys costs
the database more than a few small reads.
"""

from __future__ import annotations

import hashlib
import threading
import time
from datetime import datetime

from recorrido.company.models import ApiKey
from recorrido.shared import clock

MARK = "rck_"
KEPT = 5.0  # seconds: a key that another process revoked works at most so long
NEWS = 0.25  # seconds: a key that another process made is found after so long
LONGEST = 128  # characters of a secret worth looking at


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class KeyRing:
    """The keys that are not revoked, by the hashes of their secrets."""

    def __init__(self) -> None:
        self._keys: dict[str, ApiKey] = {}
        self._read_at = float("-inf")
        self._changes = 0
        self._reading = threading.Lock()

    def find(self, secret: str) -> ApiKey | None:
        """The key of this secret; asks the database where what is in memory is too old."""
        if self.is_stale(secret):
            self.refresh(secret)
        return self.get(secret)

    def get(self, secret: str) -> ApiKey | None:
        """The key of this secret as far as memory knows. Never asks the database."""
        hashed = _hash(secret)
        key = self._keys.get(hashed)
        return key if key is not None and _opens(key, hashed, clock.now()) else None

    def is_stale(self, secret: str) -> bool:
        """Whether the database should be asked first: an unknown key is looked for sooner than a known one."""
        if not secret.startswith(MARK) or len(secret) > LONGEST:
            return False
        age = time.monotonic() - self._read_at
        return age > (KEPT if _hash(secret) in self._keys else NEWS)

    def refresh(self, secret: str = "") -> None:
        """Read all keys, unless another thread has just done so. Raises ``django.db.Error``."""
        with self._reading:
            if secret and not self.is_stale(secret):
                return
            begun, changes = time.monotonic(), self._changes
            self._keys = _read()
            # What changed while it was read may be missing from it.
            self._read_at = begun if changes == self._changes else float("-inf")

    def forget(self) -> None:
        """Ask the database at the next chance: a key was changed here."""
        self._changes += 1
        self._read_at = float("-inf")


def _hash(secret: str) -> str:
    return hash_of(secret) if len(secret) <= LONGEST else ""


def _read() -> dict[str, ApiKey]:
    keys: dict[str, ApiKey] = {}
    for key in ApiKey.objects.filter(revoked_at__isnull=True):
        keys[key.hash] = key
        if key.previous_hash:
            keys[key.previous_hash] = key
    return keys


def _opens(key: ApiKey, hashed: str, now: datetime) -> bool:
    return hashed == key.hash or key.accepts_previous(now)


RING = KeyRing()


def find_api_key(secret: str) -> ApiKey | None:
    """The key that this secret belongs to, unless it is revoked or its time of grace is over."""
    return RING.find(secret)
