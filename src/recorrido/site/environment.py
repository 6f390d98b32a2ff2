"""What the environment says, read strictly: a value that is not understood stops the start with a sentence."""

from __future__ import annotations

import os
import re
import secrets
import threading
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from recorrido.site.postgres import place_for
from recorrido.site.postgres.cluster import DATABASE, USER

TRUE_WORDS = ("1", "true", "yes", "on")
FALSE_WORDS = ("0", "false", "no", "off")
_PASSWORD = re.compile(r"[a-z0-9+.-]+:/+[^/@:]*:(?!\d+(/|$))[^@]*@")  # s3://KEY:SECRET@bucket; not a port


def text(name: str, default: str) -> str:
    return os.environ.get(name) or default


def flag(name: str, default: bool) -> bool:
    word = os.environ.get(name, "").strip().lower()
    if not word:
        return default
    if word not in TRUE_WORDS + FALSE_WORDS:
        raise ImproperlyConfigured(f"{name} is {word!r}; write true or false.")
    return word in TRUE_WORDS


def number(name: str, default: int) -> int:
    word = os.environ.get(name, "").strip()
    if not word:
        return default
    if not word.isdecimal():
        raise ImproperlyConfigured(f"{name} is {word!r}; write a whole number.")
    return int(word)


def choice(name: str, default: str, known: Collection[str], hint: str) -> str:
    """A word out of ``known``; ``hint`` says which those are."""
    word = text(name, default)
    if word not in known:
        raise ImproperlyConfigured(f"{name} is {word!r}; write {hint}.")
    return word


def engine(name: str) -> None:
    """Hand the engine that counts journeys on to the library, which reads it where it is needed."""
    word = text(name, "")
    if word and word not in ("local", "ray") and not word.startswith("ray://"):
        raise ImproperlyConfigured(f"{name} is {word!r}; write local, ray or ray://HOST:PORT.")
    if word:
        os.environ["TRAYECTO_ENGINE"] = word


def place(name: str) -> str:
    """A folder by its whole path, or a path of an object store such as s3://bucket/events; "" for none."""
    word = text(name, "").strip()
    if _PASSWORD.match(word):
        raise ImproperlyConfigured(
            f"{name} holds a password, and is shown on pages: take it out, and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    if word and "://" not in word and not Path(word).is_absolute():
        raise ImproperlyConfigured(
            f"{name} is {word!r}; write the whole path of a folder, or s3://bucket/path."
        )
    return word.rstrip("/")


def words(name: str, default: str = "") -> list[str]:
    """A list written with commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def networks(name: str) -> list[str]:
    """Networks written with commas, such as 10.0.0.0/8; a single address is one too."""
    found = words(name)
    for word in found:
        try:
            ip_network(word, strict=False)
        except ValueError:
            message = f"{name} names {word!r}; write networks such as 10.0.0.0/8 or 192.168.7.4."
            raise ImproperlyConfigured(message) from None
    return found


def database(data: Path) -> dict[str, Any]:
    """Django's database settings: of DATABASE_URL, else of the embedded server. Starts nothing."""
    url = os.environ.get("DATABASE_URL")
    settings = _from_url(url) if url else _embedded(data)
    # A request has a thread of its own: a connection it kept would stay open until some garbage collection.
    return settings | {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
    }


def _embedded(data: Path) -> dict[str, Any]:
    return {"NAME": DATABASE, "USER": USER, "HOST": str(place_for(data).sockets)}


def _from_url(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/") or not _has_a_port(parts):
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name; this one does not."
        )
    options = dict(parse_qsl(parts.query))
    return {
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def _has_a_port(parts: SplitResult) -> bool:
    """False for a port that is no number; to name none is to mean the usual one."""
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


MAIL_SCHEMES = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}  # and the usual port of each


@dataclass(frozen=True)
class MailServer:
    """What a URL says of a mail server; ``host`` "" where there is none."""

    scheme: str
    host: str
    port: int
    user: str
    password: str


def mail_server(name: str) -> MailServer:
    """The mail server that a URL in the environment names."""
    url = os.environ.get(name, "").strip()
    parts = urlsplit(url)
    if url and (parts.scheme not in MAIL_SCHEMES or not parts.hostname or not _has_a_port(parts)):
        raise ImproperlyConfigured(  # without the value, which may hold a password
            f"{name} must look like smtps://user:password@host:465, smtp+starttls://… or smtp://…; this one does not."
        )
    return MailServer(
        scheme=parts.scheme,
        host=unquote(parts.hostname or ""),
        port=(parts.port if url else None) or MAIL_SCHEMES.get(parts.scheme, 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def secret_key(data: Path) -> str:
    """RECORRIDO_SECRET_KEY, else one made once and kept in the data folder, readable by its owner only."""
    given = os.environ.get("RECORRIDO_SECRET_KEY")
    if given:
        return given
    file = data / "secret-key"
    if not file.exists():
        _write_once(file, secrets.token_urlsafe(48))
    return file.read_text().strip()


def _write_once(file: Path, value: str) -> None:
    """Through a scratch file and a link, so that processes starting together all read the same whole key."""
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_name(f"{file.name}.{os.getpid()}-{threading.get_ident()}")
    with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        handle.write(f"{value}\n")
    try:
        os.link(scratch, file)
    except FileExistsError:
        pass
    finally:
        scratch.unlink()
