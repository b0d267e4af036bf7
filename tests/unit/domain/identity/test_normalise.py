import pytest

from limen.domain.identity.addresses import Via
from limen.domain.identity.normalise import NotAnAddress, address, email, lookup_form, phone


@pytest.mark.covers("SCH-17", "PWD-17")
@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Ada@Example.ORG", "ada@example.org"),
        (" ada\t", "ada"),
        ("\uff41\uff44\uff41", "ada"),
        ("ad\u200ba", "ada"),
        ("ad\u00ada", "ada"),
        ("a\u0301b", "\u00e1b"),
        ("Ⅷ", "viii"),
        ("\U0001d400da", "ada"),
        ("ΌΔΥΣΣΕΎΣ", "όδυσσεύσ"),
        ("a·b", "ab"),
        ("col·legi", "col·legi"),
        ("x\u3000y", "x y"),
        ("straße", "straße"),
        ("אבג", "אבג"),
        ("\ufeff", ""),
        ("\x00\x07", ""),
        ("", ""),
    ],
)
def test_identifiers_that_look_alike_have_one_form(written: str, stored: str):
    assert lookup_form(written) == stored
    assert lookup_form(stored) == stored


@pytest.mark.covers("CODE-21", "SCH-17")
@pytest.mark.parametrize(
    "written", ["+49 176 671-112 22", "+49 (176) 67111222", "\uff0b\uff14\uff1917667111222", "tel:+4917667111222"]
)
def test_phone_numbers_become_e164(written: str):
    assert lookup_form(written) == "+4917667111222"
    assert phone(written) == "+4917667111222"


@pytest.mark.parametrize("written", ["x+4917667111222", "a@+4917667111222", "+1", "017667111222", "+" * 400])
def test_text_around_a_number_stays_text(written: str):
    assert lookup_form(written) == written


@pytest.mark.covers("SCH-17")
@pytest.mark.parametrize(
    "written",
    ["nowhere", "Bob <b@x.test>", "a\u200bb@x.test", "אa@x.test", "a..b@x.test", "a@ü.test", "a@x.test\n.b", ""],
)
def test_a_doubtful_e_mail_address_is_refused(written: str):
    with pytest.raises(NotAnAddress):
        email(written)


def test_an_e_mail_address_in_strict_form():
    assert address(" Ü.Ada+tag@X.test", Via.EMAIL) == "ü.ada+tag@x.test"


@pytest.mark.parametrize("written", ["12", "+49", "call me", "0176 67111222", "٣"])
def test_a_doubtful_phone_number_is_refused(written: str):
    with pytest.raises(NotAnAddress):
        address(written, Via.SMS)
