import pytest

from doubles.entropy import SeededEntropy
from limen.adapters.session_cipher import AesSealing

OLD, NEW = "the-old-secret-of-the-cookies", "the-new-secret-of-the-cookies"
PAYLOAD = b'{"token":"tok_1"}'


@pytest.fixture
def sealing():
    return AesSealing(SeededEntropy())


def test_what_was_sealed_can_be_opened(sealing: AesSealing):
    text = sealing.seal([NEW], "session", PAYLOAD)
    assert sealing.open([NEW], "session", text) == PAYLOAD
    assert sealing.open([NEW], "session", sealing.seal([NEW], "session", b"")) == b""


def test_the_text_fits_a_cookie_and_an_address(sealing: AesSealing):
    text = sealing.seal([NEW], "session", bytes(range(256)))
    assert text.isascii()
    assert text.replace("-", "").replace("_", "").isalnum()


def test_the_same_payload_never_looks_the_same(sealing: AesSealing):
    assert len({sealing.seal([NEW], "session", PAYLOAD) for _ in range(50)}) == 50


@pytest.mark.covers("SEED0-14")
def test_the_first_secret_seals(sealing: AesSealing):
    text = sealing.seal([NEW, OLD], "session", PAYLOAD)
    assert sealing.open([NEW], "session", text) == PAYLOAD
    assert sealing.open([OLD], "session", text) is None


@pytest.mark.covers("SEED0-15")
def test_every_secret_opens(sealing: AesSealing):
    text = sealing.seal([OLD], "session", PAYLOAD)
    assert sealing.open([NEW, "a-third-secret-in-the-middle", OLD], "session", text) == PAYLOAD
    assert sealing.open([NEW], "session", text) is None
    assert sealing.open([], "session", text) is None


def test_one_purpose_cannot_be_used_for_another(sealing: AesSealing):
    assert sealing.open([NEW], "continuity", sealing.seal([NEW], "session", PAYLOAD)) is None


def test_every_changed_character_is_noticed(sealing: AesSealing):
    text = sealing.seal([NEW], "session", PAYLOAD)
    for at, letter in enumerate(text):
        changed = text[:at] + ("A" if letter != "A" else "B") + text[at + 1 :]
        assert sealing.open([NEW], "session", changed) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A",
        "AAAA",
        "====",
        "tok_1",
        "ü" * 80,
        "\ud800" * 80,
        "\0" * 80,
        "A" * 80,
        "A" * 100_000,
        "a b" * 30,
        "+/" * 60,
    ],
)
def test_whatever_else_comes_is_nothing(sealing: AesSealing, text: str):
    assert sealing.open([NEW, OLD], "session", text) is None
    sealed = sealing.seal([NEW], "session", PAYLOAD)
    assert sealing.open([NEW], "session", sealed[:-3]) is None
    assert sealing.open([NEW], "session", sealed + text if text else "") is None
