"""System checks: an installation that would lose or show data says so before it serves. ``docs/settings.md`` lists them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connections

from recorrido.site.postgres.binaries import OLDEST_MAJOR


@register(Tags.security)
def check_public_address(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The public address, when there is one, fits the other settings."""
    if not settings.RECORRIDO_URL:
        return []
    return address_problems(settings.RECORRIDO_URL, settings.ALLOWED_HOSTS, settings.DEBUG)


def address_problems(url: str, hosts: Sequence[str], debug: bool) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        return [
            Error(
                f"RECORRIDO_URL is {url!r}; write it as https://recorrido.example.com.", id="recorrido.E001"
            )
        ]
    if address.hostname not in hosts and "*" not in hosts:
        found.append(
            Error(
                f"RECORRIDO_HOSTS must name {address.hostname}, or its pages answer 400.", id="recorrido.E002"
            )
        )
    if debug:
        found.append(
            Error("RECORRIDO_DEBUG shows settings and data to strangers: unset it.", id="recorrido.E003")
        )
    if not os.environ.get("DATABASE_URL"):
        words = "A public installation on the embedded database: set DATABASE_URL to a PostgreSQL that is backed up."
        found.append(Warning(words, id="recorrido.W001"))
    return found


@register(Tags.security)
def check_mail(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Where a mail server is named, mails have a sender, and links that lead here."""
    if not settings.EMAIL_HOST:
        return []
    return mail_problems(settings.DEFAULT_FROM_EMAIL, settings.RECORRIDO_URL)


def mail_problems(sender: str, url: str) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not is_address(parseaddr(sender)[1]):
        words = (
            "RECORRIDO_SMTP_URL names a mail server, so RECORRIDO_MAIL_FROM must say who writes: "
            "Recorrido <cx@example.com>."
        )
        found.append(Error(words, id="recorrido.E006"))
    if not url:
        words = "Mails go out without links: set RECORRIDO_URL to the address of these pages."
        found.append(Warning(words, id="recorrido.W002"))
    return found


def is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


@register(Tags.database)
def check_server(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """The server is new enough and keeps its text as UTF-8."""
    return [problem for alias in databases or [] for problem in _server_problems(alias)]


def _server_problems(alias: str) -> list[CheckMessage]:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding')"
        )
        major, encoding = cursor.fetchone()
    return server_problems(major, encoding)


def server_problems(major: int, encoding: str) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if major < OLDEST_MAJOR:
        words = f"The database is PostgreSQL {major}; at least {OLDEST_MAJOR} is needed."
        found.append(Error(words, id="recorrido.E004"))
    if encoding != "UTF8":
        words = f"The database keeps text as {encoding}: create it with ENCODING 'UTF8'."
        found.append(Error(words, id="recorrido.E005"))
    return found
