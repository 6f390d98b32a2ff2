from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from recorrido.journeys.actions import install_values
from recorrido.journeys.models import ValueModelVersion
from recorrido.journeys.queries import values_in_force

pytestmark = pytest.mark.django_db
PAGE = "/values/"
MODEL = "currency: CLP\nmargin: {products: {boots: 21000}}\ncontact: {any: 2100, phone: 2900}\n"


@pytest.fixture
def lead(make_staff):
    return make_staff("cx_lead")


def install(source: str = MODEL) -> ValueModelVersion:
    return install_values(source=source, file_name="values.yaml", actor=None)


def test_before_anybody_said_anything_the_page_says_what_to_begin_with(signed_in, lead):
    page = signed_in(lead).get(PAGE).content.decode()
    assert "message warning" in page and 'name="contact.any.expected"' in page


def test_amounts_are_saved_as_a_new_version(signed_in, lead):
    install()
    sent = {
        "currency": "clp", "contact.any.expected": "2200", "contact.any.low": "2000", "contact.any.high": "2400",
        "contact.any.source": "desk", "contact.any.date": "2026-10-31", "margin.share.expected": "38",
        "product.0.name": "boots", "product.0.expected": "22000", "product.1.name": "", "product.2.name": "",
    }  # fmt: skip
    assert signed_in(lead).post(PAGE, sent).status_code == 302
    values = values_in_force().read()
    assert values_in_force().number == 2 and values_in_force().installed_by == lead
    assert (values.contact().low, values.contact().source) == (2000, "desk")
    assert (values.margin_share.expected, values.margin(product="boots").expected) == (0.38, 22000)
    assert "phone" not in values.contact_by_channel


def test_amounts_are_written_and_read_as_the_language_does(signed_in, lead):
    install("currency: EUR\nmargin: {share: 0.3609}\n")
    client = signed_in(lead)
    assert 'name="margin.share.expected" value="36,09"' in client.get(PAGE).content.decode()
    client.post(PAGE, {"currency": "EUR", "return.expected": "2.100", "contact.any.expected": "2.5"})
    values = values_in_force().read()
    assert (values.return_cost.expected, values.contact().expected) == (2100, 2.5)


def test_a_mistake_is_marked_at_its_row_and_nothing_is_saved(signed_in, lead):
    answer = signed_in(lead).post(
        PAGE,
        {"currency": "pesos", "return.expected": "much", "product.0.expected": "3", "product.0.name": ""},
    )
    assert answer.status_code == 422 and answer.content.decode().count('class="errors"') == 3
    assert 'value="much"' in answer.content.decode() and values_in_force() is None


def test_a_file_takes_the_place_of_the_form_and_goes_out_as_it_came(signed_in, lead):
    client = signed_in(lead)
    client.post(f"{PAGE}import/", {"file": SimpleUploadedFile("worth.yaml", MODEL.encode())})
    assert values_in_force().file_name == "worth.yaml"
    assert client.get(f"{PAGE}versions/1/file/").content.decode() == MODEL


@pytest.mark.parametrize("content", [b"currency: pesos", b"\xff\xfe", b"x" * 200_001, b"a\x00b"])
def test_a_file_that_is_no_value_model_is_refused_in_a_sentence(signed_in, lead, content):
    answer = signed_in(lead).post(
        f"{PAGE}import/", {"file": SimpleUploadedFile("worth.yaml", content)}, follow=True
    )
    assert "message error" in answer.content.decode() and values_in_force() is None


def test_other_roles_see_the_amounts_and_change_none(signed_in, analyst):
    install()
    client = signed_in(analyst)
    page = client.get(PAGE).content.decode()
    assert "21000" in page and 'name="contact.any.expected"' not in page
    assert client.post(PAGE, {"currency": "CLP"}).status_code == 403
    assert client.post(f"{PAGE}import/").status_code == 403


def test_versions_need_as_many_queries_for_many_as_for_one(signed_in, analyst, django_assert_num_queries):
    for number in range(60):
        install(f"currency: CLP\nreturn: {number}\n")
    client = signed_in(analyst)
    client.get(f"{PAGE}versions/")
    with django_assert_num_queries(3):  # session, signed-in staff, the versions
        assert len(client.get(f"{PAGE}versions/").context["page"].rows) == 50
