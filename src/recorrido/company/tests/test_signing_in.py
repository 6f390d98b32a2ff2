from __future__ import annotations

from datetime import timedelta

import pytest

from conftest import PASSWORD
from recorrido.company.actions import forget_old_attempts, sign_in
from recorrido.company.errors import TooManyAttempts, WrongCredentials
from recorrido.company.models import SignInAttempt
from recorrido.shared import clock

pytestmark = pytest.mark.django_db
HERE = "192.0.2.1"


def fail(times: int, *, email: str = "admin@example.com", address: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(WrongCredentials):
            sign_in(email=email, password="wrong", address=address)


def test_the_right_password_signs_in_whatever_the_case_of_the_address(admin):
    assert sign_in(email=" Admin@Example.com", password=PASSWORD, address=HERE) == admin


def test_an_unknown_address_gets_the_same_answer_as_a_wrong_password(admin):
    fail(1)
    fail(1, email="nobody@example.com")


def test_an_inactive_member_of_staff_cannot_sign_in(make_staff):
    make_staff("analyst", is_active=False)
    with pytest.raises(WrongCredentials):
        sign_in(email="analyst@example.com", password=PASSWORD, address=HERE)


def test_the_sixth_guess_is_refused_even_with_the_right_password(admin):
    fail(5)
    with pytest.raises(TooManyAttempts):
        sign_in(email=admin.email, password=PASSWORD, address=HERE)


def test_guesses_from_elsewhere_do_not_lock_a_colleague_out(admin):
    fail(5, address="198.51.100.9")
    assert sign_in(email=admin.email, password=PASSWORD, address=HERE) == admin


def test_one_address_cannot_try_many_accounts(admin):
    for number in range(30):
        fail(1, email=f"person{number}@example.com")
    with pytest.raises(TooManyAttempts):
        sign_in(email=admin.email, password=PASSWORD, address=HERE)


def test_after_a_quarter_of_an_hour_one_may_try_again(admin):
    fail(5)
    with clock.frozen(clock.now() + timedelta(minutes=16)):
        assert sign_in(email=admin.email, password=PASSWORD, address=HERE) == admin


def test_attempts_are_forgotten_after_a_month(admin):
    fail(2)
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert forget_old_attempts() == 2
    assert not SignInAttempt.objects.exists()
