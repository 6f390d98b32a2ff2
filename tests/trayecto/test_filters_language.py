import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.trayecto.filter_strategies import composed, odd_names

from trayecto import filters as f
from trayecto.errors import BadExpression, BadValue, TrayectoError


@settings(max_examples=250, deadline=None)
@given(composed(odd_names))
def test_the_text_of_a_filter_reads_back_as_an_equal_filter(filter_):
    assert f.parse_filter(str(filter_)) == filter_


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab'\"()[]{},.=<>-+ orandnothas1;\n", max_size=40))
@example("has('a'))")
@example("(((")
@example("([)]")
@example("case between and")
def test_any_text_is_a_filter_or_an_error_of_ours(text):
    try:
        filter_ = f.parse_filter(text)
    except TrayectoError:
        return
    assert f.parse_filter(str(filter_)) == filter_


def test_objects_and_text_say_the_same():
    text = (
        "has('order.placed') and not has('return.requested') and country = 'CL' and followed_by('a','b','7d')"
    )
    assert f.parse_filter(text) == (
        f.has("order.placed")
        & ~f.has("return.requested")
        & f.attribute("country = 'CL'")
        & f.followed_by("a", "b", "7d")
    )


def test_and_binds_closer_than_or():
    assert f.parse_filter("has('a') or has('b') and has('c')") == f.has("a") | (f.has("b") & f.has("c"))


def test_brackets_group():
    assert f.parse_filter("(has('a') or has('b')) and has('c')") == (f.has("a") | f.has("b")) & f.has("c")


def test_keywords_and_function_names_may_be_written_in_any_case():
    assert f.parse_filter("HAS('a') AND NOT Starts_With('b')") == f.has("a") & ~f.starts_with("b")


def test_a_quote_inside_a_name_is_doubled():
    assert f.parse_filter("has('it''s')") == f.has("it's")


def test_step_names_may_hold_words_of_the_language():
    assert f.parse_filter("has('a) and has(''b')") == f.has("a) and has('b")


def test_the_and_of_between_belongs_to_its_condition():
    assert f.parse_filter("events between 1 and 2 and has('a')") == (
        f.attribute("events between 1 and 2") & f.has("a")
    )


def test_a_case_keeps_its_ands():
    condition = "case when a = 1 and b = 2 or c then true end"
    assert f.parse_filter(f"{condition} and has('x')") == f.attribute(condition) & f.has("x")


def test_the_complement_of_a_condition_has_a_text_of_its_own():
    assert str(~f.attribute("a = 1")) == "(a = 1) is not true"
    assert str(~(f.attribute("a = 1") & f.has("b"))) == "(a = 1 and has('b')) is not true"


def test_not_of_a_bracket_leaves_null_alone_as_sql_does():
    assert f.parse_filter("not (has('a') or country = 'CL')") == (
        ~f.has("a") & f.attribute("not country = 'CL'")
    )
    assert f.parse_filter("not (has('a') and country = 'CL')") == (
        ~f.has("a") | f.attribute("not country = 'CL'")
    )


def test_brackets_of_arithmetic_are_no_group():
    assert str(f.parse_filter("(a+1)*2>4 and(b=1)")) == "(a + 1) * 2 > 4 and b = 1"


def test_arguments_may_be_named():
    assert f.parse_filter("followed_by('a', b => 'b', within = '7d')") == f.followed_by("a", "b", "7d")


def test_lists_give_the_steps_of_a_funnel():
    assert f.parse_filter("funnel_reached(['a', 'b', 'c'], '1d', true)") == (
        f.funnel_reached(["a", "b", "c"], within="1d", strict=True)
    )


def test_lengths_keep_every_microsecond():
    filter_ = f.followed_by("a", "b", 93784.500001)
    assert str(filter_) == "followed_by('a', 'b', '1d 2h 3m 4.500001s')"
    assert f.parse_filter(str(filter_)) == filter_


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("has('a') and", "something is missing"),
        ("and has('a')", "Did not expect and"),
        ("has('a') has('b')", "join it by and, or, not"),
        ("has('a') = true", "join it by and, or, not"),
        ("coalesce(has('a'), true)", "join it by and, or, not"),
        ("hass('a')", "Did you mean 'has'"),
        ("has(order)", "names in quotes"),
        ("has('a'", "missing"),
        ("(has('a')", "never closed"),
        ("has('a'))", r"Did not expect \)"),
        ("country = 'CL", "quote opened at character 11"),
        ("country = 'CL'; drop table x", "cannot hold ';'"),
        ("country = 'CL' -- no", "cannot hold '-'"),
        ("country = $1", r"cannot hold '\$'"),
        ("country = E'x'", "without 'E'"),
        ("followed_by('a')", r"followed_by\(a, b, within=None\): missing a required argument: 'b'"),
        ("has(steps => 'a')", "unexpected keyword"),
        ("country = = 'CL'", "syntax error|Could not read"),
        ("not " * 100 + "has('a')", "nested"),
    ],
)
def test_what_cannot_be_understood_is_said(text, says):
    with pytest.raises(BadExpression, match=says):
        f.parse_filter(text)


def test_a_bad_window_in_text_is_a_bad_value():
    with pytest.raises(BadValue, match="length of time"):
        f.parse_filter("followed_by('a', 'b', 'soon')")
