"""Installing a blueprint makes an immutable version."""

import pytest

from recorrido.company.models import AuditEntry
from recorrido.journeys.actions import install_blueprint
from recorrido.journeys.errors import BlueprintInvalid
from recorrido.journeys.models import BlueprintVersion
from recorrido.journeys.tests.blueprints import SMALL, with_lines

pytestmark = pytest.mark.django_db


def install(text):
    return install_blueprint(source=text, file_name="small.yaml", actor=None)


def test_versions_are_numbered_by_name():
    assert str(install(SMALL)) == "small 1"
    assert str(install(with_lines("nature: support", "nature: advice"))) == "small 2"
    assert str(install(with_lines("blueprint: small", "blueprint: other"))) == "other 1"


def test_the_blueprint_in_force_is_not_installed_twice():
    assert install(SMALL) == install(SMALL)
    assert BlueprintVersion.objects.count() == 1


def test_going_back_to_an_earlier_text_is_a_new_version():
    install(SMALL)
    install(with_lines("nature: support", "nature: advice"))
    assert str(install(SMALL)) == "small 3"


def test_an_installation_is_written_in_the_audit_log():
    install(SMALL)
    second = install(with_lines("nature: support", "nature: advice"))
    entry = AuditEntry.objects.get(action="blueprint.installed", subject_id=str(second.id))
    assert (entry.detail["from"], entry.detail["to"]) == ("small 1", "small 2")


def test_an_invalid_blueprint_changes_nothing():
    with pytest.raises(BlueprintInvalid):
        install(with_lines("owner: finance", "owner: finanse"))
    assert not BlueprintVersion.objects.exists()
