import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from tests.trayecto.memory_view import view_of

from trayecto.errors import BadExpression, UnknownAttribute
from trayecto.filters import attribute, parse_filter

COUNTRIES = ["CL", "PE", None, "CL"]


def log(**extra):
    return view_of(
        "a0", "a1 b2", "a0 c5", "b90", extra={"country": COUNTRIES, "amount": [1, 5, 7, None]} | extra
    )


def kept(text, view=None):
    return np.flatnonzero(attribute(text).mask(view or log())).tolist()


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("country = 'CL'", [0, 3]),
        ("COUNTRY = 'CL' and amount = 1", [0]),
        ("country is null", [2]),
        ("not country = 'CL'", [1]),
        ("not (country = 'CL' or amount = 5)", []),
        ("(country = 'CL') is not true", [1, 2]),
        ("country <> 'CL'", [1]),
        ("amount between 2 and 7", [1, 2]),
        ("amount * 2 > 9 or country = 'CL'", [0, 1, 2, 3]),
        ("country in ('PE', 'AR')", [1]),
        ("lower(country) like 'c%'", [0, 3]),
        ("coalesce(amount, 0) = 0", [3]),
        ("events >= 2", [1, 2]),
        ("ended - started > interval 4 hours", [2]),
        ("started >= '1970-01-02'", [3]),
        ("date_part('year', started) = 1970 and journey = 'j1'", [1]),
        ("true", [0, 1, 2, 3]),
        ("null", []),
    ],
)
def test_conditions_are_those_of_sql_and_null_is_not_true(condition, rows):
    assert kept(condition) == rows


def test_the_complement_of_a_filter_keeps_journeys_without_the_attribute():
    view = log()
    assert np.flatnonzero((~attribute("country = 'CL'")).mask(view)).tolist() == [1, 2]


def test_dictionary_coded_attributes_compare_as_text():
    coded = pa.array(COUNTRIES).dictionary_encode()
    assert kept("country = 'CL'", log(country=coded)) == [0, 3]


def test_names_that_are_words_of_sql_go_in_double_quotes():
    view = log(**{"group": ["x", "y", "x", "y"], "the date": [dt.date(2024, 1, day) for day in range(1, 5)]})
    assert kept("\"group\" = 'x'", view) == [0, 2]
    assert kept("\"the date\" > date '2024-01-03'", view) == [3]


def test_an_unknown_attribute_is_named_with_the_nearest_one():
    with pytest.raises(UnknownAttribute, match=r"'contry'.*Did you mean 'country'"):
        kept("contry = 'CL'")


def test_text_in_double_quotes_is_taken_for_a_name():
    with pytest.raises(UnknownAttribute, match="single quotes"):
        kept('country = "Switzerland"')


def test_a_value_is_no_condition():
    with pytest.raises(BadExpression, match="compare it with something"):
        kept("amount + 1")


def test_what_cannot_be_compared_is_said():
    with pytest.raises(BadExpression, match="Could not evaluate"):
        kept("amount = 'many'")


@pytest.mark.parametrize(
    "condition",
    [
        "exists (select 1)",
        "amount > (select max(amount) from journeys)",
        "amount in (from journeys)",
        "exists (from read_csv('/etc/passwd'))",
        "count(*) > 1",
        "sum(amount) over () > 1",
        "row_number() over () = 1",
        "random() > 0.5",
        "now() > started",
        "current_date > started",
        "current_setting('threads') = '1'",
        "getvariable('x') is null",
        "read_text('/etc/passwd') is not null",
        "nextval('s') = 1",
        "columns('a') = 1",
        "list_filter([1], x -> x > 1) = [1]",
        "main.lower(country) = 'cl' and system.main.getenv('HOME') = 'x'",
    ],
)
def test_only_conditions_on_the_row_are_let_through(condition):
    with pytest.raises((BadExpression, UnknownAttribute)):
        kept(condition)


def test_the_database_reads_no_files():
    from trayecto.filters.attributes import _database

    with pytest.raises(Exception, match="disabled"):
        _database().cursor().execute("select * from read_csv('/etc/passwd')")


def test_the_order_of_journeys_is_kept_in_long_logs():
    size = 300_000
    view = view_of("a0")
    table = pa.table({"n": np.arange(size)})

    class Long:
        def asked(self, work):
            return work(table)

    assert np.array_equal(attribute("n % 3 = 0").mask(Long()), np.arange(size) % 3 == 0)
    assert parse_filter("n = 1") and view.total_journeys == 1
