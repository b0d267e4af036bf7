import pytest
from jsonschema_rs import Draft7Validator, RegexOptions, ValidationError

from limen.domain.identity.patterns import ecmascript


def fits(pattern: str, text: str) -> bool:
    validator = Draft7Validator({"pattern": ecmascript(pattern)}, pattern_options=RegexOptions(), validate_formats=True)
    return validator.is_valid(text)


@pytest.mark.covers("SCH-12")
@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        ("^[a-z]+$", "abc", "ABC"),
        ("(?i)^abc$", "ABC", "abd"),
        ("^(a(?i)b)c$", "aBc", "aBC"),
        ("^(?:a(?i)b|c)$", "C", "A"),
        (r"^(?P<year>\d{4})\z", "2001", "2001x"),
        ("^[[:alpha:]_]+$", "ab_", "a1"),
        (r"^\pL+$", "äb", "a1"),
        (r"^\Qa.b\E$", "a.b", "axb"),
        (r"^\x{61}[\x{62}-d]$", "ac", "aa"),
        ("^[]a]$", "]", "b"),
        ("(?s)^a.b$", "a\nb", "ab"),
        ("(?U)^a+$", "aa", "b"),
        (r"^\S+@\S+\.\S+$", "a@b.c", "a b"),
        ("[[]", "[", "a"),
    ],
)
def test_go_patterns_keep_their_meaning(pattern: str, right: str, wrong: str):
    assert fits(pattern, right)
    assert not fits(pattern, wrong)


@pytest.mark.covers("SCH-12")
@pytest.mark.parametrize(
    "pattern", ["(?!a)b", "(?=a)", r"(a)\1", "(", "[", "\\", "a**", "(?i", "a)", "a{1000}{1000}", r"\x{110000}"]
)
def test_what_re2_refuses_is_refused(pattern: str):
    with pytest.raises((ValidationError, ValueError)):
        fits(pattern, "x")


def test_patterns_take_linear_time():
    assert not fits("^(a+)+$", "a" * 100_000 + "!")
