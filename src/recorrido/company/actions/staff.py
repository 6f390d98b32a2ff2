from __future__ import annotations

import secrets
from typing import TypedDict, Unpack

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from recorrido.company.access import Permission, require
from recorrido.company.actions.audit import apply_changes, audit
from recorrido.company.errors import Forbidden, PasswordRefused, WrongCredentials
from recorrido.company.models import Department, Role, Staff, Store


class StaffFields(TypedDict, total=False):
    name: str
    role: str
    language: str
    department: Department | None
    store: Store | None
    is_active: bool


class Preferences(TypedDict, total=False):
    language: str
    theme: str
    alarms: bool


def generate_password() -> str:
    """Sixteen characters that can be read aloud and typed: 80 bits."""
    return "-".join(secrets.token_hex(5) for _ in range(2))


@transaction.atomic
def create_staff(*, actor: Staff, email: str, password: str, **fields: Unpack[StaffFields]) -> Staff:
    """A new member of staff. Raises Forbidden, PasswordRefused."""
    require(actor, Permission.MANAGE_STAFF)
    return _insert(actor, email, password, fields)


@transaction.atomic
def create_first_admin(*, email: str, name: str, password: str) -> Staff:
    """The administrator of a fresh installation, made by the system itself. Raises Forbidden if there is staff."""
    if Staff.objects.exists():
        raise Forbidden()
    return _insert(None, email, password, {"name": name, "role": Role.ADMIN})


def _insert(actor: Staff | None, email: str, password: str, fields: StaffFields) -> Staff:
    staff = Staff(email=email.strip().lower(), **fields)
    _set_checked_password(staff, password)
    staff.save()
    detail = {"to": {"email": staff.email, "name": staff.name, "role": str(staff.role)}}
    audit(actor=actor, action="staff.created", subject="staff", subject_id=staff.pk, detail=detail)
    return staff


@transaction.atomic
def edit_staff(*, actor: Staff, staff: Staff, **fields: Unpack[StaffFields]) -> None:
    """Change what an administrator may change. Raises Forbidden, also for taking away one's own last access."""
    require(actor, Permission.MANAGE_STAFF)
    if staff.pk == actor.pk and not _keeps_access(fields):
        raise Forbidden()
    if detail := apply_changes(staff, fields):
        audit(actor=actor, action="staff.edited", subject="staff", subject_id=staff.pk, detail=detail)


def _keeps_access(fields: StaffFields) -> bool:
    """An administrator who demotes himself by mistake could lock everybody out."""
    return fields.get("role", Role.ADMIN) == Role.ADMIN and fields.get("is_active", True)


@transaction.atomic
def reset_password(*, actor: Staff, staff: Staff) -> str:
    """Give a forgetful colleague a new password; returns it, to be shown once. Ends the colleague's sessions."""
    require(actor, Permission.MANAGE_STAFF)
    password = generate_password()
    staff.set_password(password)
    staff.save(update_fields=["password"])
    audit(actor=actor, action="staff.password_reset", subject="staff", subject_id=staff.pk)
    return password


@transaction.atomic
def change_password(*, staff: Staff, old: str, new: str) -> None:
    """One's own password. Raises WrongCredentials, PasswordRefused. Other sessions end."""
    if not staff.check_password(old):
        raise WrongCredentials()
    _set_checked_password(staff, new)
    staff.save(update_fields=["password"])
    audit(actor=staff, action="staff.password_changed", subject="staff", subject_id=staff.pk)


def _set_checked_password(staff: Staff, password: str) -> None:
    try:
        validate_password(password, staff)
    except ValidationError as error:
        raise PasswordRefused(error.messages) from error
    staff.set_password(password)


@transaction.atomic
def choose_preferences(*, staff: Staff, **fields: Unpack[Preferences]) -> None:
    """Language and theme of one's own pages, and whether alarms come by e-mail."""
    if detail := apply_changes(staff, fields):
        audit(
            actor=staff,
            action="staff.preferences_chosen",
            subject="staff",
            subject_id=staff.pk,
            detail=detail,
        )
