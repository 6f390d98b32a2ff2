"""The only writes to the company's tables. Each change writes its row and an audit entry in one transaction."""

from __future__ import annotations

from recorrido.company.actions.audit import audit
from recorrido.company.actions.keys import make_api_key, note_api_key_used, revoke_api_key, rotate_api_key
from recorrido.company.actions.mails import (
    alarm_staff,
    forget_old_mails,
    queue_mail,
    queue_test_mail,
    retry_mail,
)
from recorrido.company.actions.places import create_department, create_store, edit_department, edit_store
from recorrido.company.actions.sending import send_mail_now, send_next_mail
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
    "alarm_staff",
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
    "forget_old_mails",
    "make_api_key",
    "note_api_key_used",
    "queue_mail",
    "queue_test_mail",
    "reset_password",
    "retry_mail",
    "revoke_api_key",
    "rotate_api_key",
    "send_mail_now",
    "send_next_mail",
    "sign_in",
]
