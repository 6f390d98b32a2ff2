"""The only writes to the company's tables. Each change writes its row and an audit entry in one transaction."""

from __future__ import annotations

from recorrido.company.actions.audit import audit
from recorrido.company.actions.keys import make_api_key, note_api_key_used, revoke_api_key, rotate_api_key
from recorrido.company.actions.places import create_department, create_store, edit_department, edit_store
from recorrido.company.actions.signing_in import forget_old_attempts, sign_in
from recorrido.company.actions.staff import (
    change_password,
    choose_preferences,
    create_first_admin,
    create_staff,
    edit_staff,
    reset_password,
)

__all__ = [
    "audit",
    "change_password",
    "choose_preferences",
    "create_department",
    "create_first_admin",
    "create_staff",
    "create_store",
    "edit_department",
    "edit_staff",
    "edit_store",
    "forget_old_attempts",
    "make_api_key",
    "note_api_key_used",
    "reset_password",
    "revoke_api_key",
    "rotate_api_key",
    "sign_in",
]
