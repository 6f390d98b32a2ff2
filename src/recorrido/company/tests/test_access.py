from __future__ import annotations

import pytest

from recorrido.company.access import GRANTS, Permission, may, require
from recorrido.company.errors import Forbidden
from recorrido.company.models import Role, Staff


def test_every_role_has_a_line_in_the_table_of_permissions():
    assert set(GRANTS) == set(Role.values)


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ADMIN])
def test_only_administrators_manage_staff(role):
    with pytest.raises(Forbidden):
        require(Staff(role=role), Permission.MANAGE_STAFF)


def test_an_inactive_administrator_may_nothing():
    assert not any(may(Staff(role=Role.ADMIN, is_active=False), permission) for permission in Permission)
