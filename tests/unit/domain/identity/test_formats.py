import pytest

from limen.domain.identity.formats import FORMATS


@pytest.mark.covers("SCH-10")
@pytest.mark.parametrize(
    ("format", "right", "wrong"),
    [
        ("email", ["a@x", "ü@x.test", "a+b@x-y.test", " a@x.test"], ["a", "@x", "a@", "a@-x", "a@x..y", "a b@x", "a@x.test ", '"a"@x']),
        ("email", ["a" * 64 + "@x.test"], ["a" * 65 + "@x.test", "a@" + "b." * 130 + "test"]),
        ("email_loose", ["foo.@docomo.ne.jp", "a..b@x.test", "a@b", "a@bücher.test"], ["foo bar@x", "@x", "a@", "a\r\nb@x", "a@b@c"]),
        ("tel", ["+49 176 67111222", "+1 202-555-0123"], ["12", "0176 67111222", "x", ""]),
        ("date", ["2001-02-28", "2000-02-29"], ["2001-02-30", "2001-2-3", "20010203", "2001-02-28T00:00:00Z", ""]),
        ("date-time", ["2001-02-03T04:05:06Z", "2001-02-03T04:05:06.7+01:00"], ["2001-02-03 04:05:06Z", "2001-02-03T04:05:06", "yesterday"]),
        ("time", ["04:05:06Z", "23:59:59.123-05:30"], ["24:00:00Z", "04:05Z", "04:05:06"]),
        ("uri", ["https://x.test/a?b", "http://ü.test/ä", "mailto:x"], ["not a uri", "//x.test", "/a", ""]),
        ("no-validate", ["", "anything"], []),
    ],
)  # fmt: skip
def test_values_fit_their_format(format: str, right: list[str], wrong: list[str]):
    fits = FORMATS[format]
    assert [value for value in right if not fits(value)] == []
    assert [value for value in wrong if fits(value)] == []
