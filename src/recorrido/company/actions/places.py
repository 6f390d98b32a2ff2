from __future__ import annotations

from typing import TypedDict, Unpack

from django.db import transaction

from recorrido.company.access import Permission, require
from recorrido.company.actions.audit import apply_changes, audit
from recorrido.company.models import Department, Staff, Store


class StoreFields(TypedDict, total=False):
    name: str
    city: str
    region: str
    country: str


@transaction.atomic
def create_department(*, actor: Staff, slug: str, name: str) -> Department:
    require(actor, Permission.MANAGE_STAFF)
    department = Department.objects.create(slug=slug, name=name)
    detail = {"to": {"slug": slug, "name": name}}
    audit(actor=actor, action="department.created", subject="department", subject_id=slug, detail=detail)
    return department


@transaction.atomic
def edit_department(*, actor: Staff, department: Department, name: str) -> None:
    require(actor, Permission.MANAGE_STAFF)
    if detail := apply_changes(department, {"name": name}):
        slug = department.slug
        audit(actor=actor, action="department.edited", subject="department", subject_id=slug, detail=detail)


@transaction.atomic
def create_store(*, actor: Staff, code: str, **fields: Unpack[StoreFields]) -> Store:
    require(actor, Permission.MANAGE_STAFF)
    store = Store.objects.create(code=code, **fields)
    detail = {"to": {"code": code, **fields}}
    audit(actor=actor, action="store.created", subject="store", subject_id=code, detail=detail)
    return store


@transaction.atomic
def edit_store(*, actor: Staff, store: Store, **fields: Unpack[StoreFields]) -> None:
    require(actor, Permission.MANAGE_STAFF)
    if detail := apply_changes(store, fields):
        audit(actor=actor, action="store.edited", subject="store", subject_id=store.code, detail=detail)
