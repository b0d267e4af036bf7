"""Are hashes verified as their inventors published them? Vectors of RFCs, reference implementations and makers."""

import base64

import pytest

from limen.adapters.hashers import formats


def b64(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()


def text(plain: str) -> str:
    return base64.b64encode(plain.encode()).decode()


JEFE = "what do ya want for nothing?"
PUBLISHED = [
    pytest.param("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", id="bcrypt: crypt_blowfish"),
    pytest.param(
        "U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK", id="bcrypt: crypt_blowfish, 2"
    ),
    pytest.param(
        "password", "$argon2i$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG", id="argon2i: PHC"
    ),
    pytest.param(
        "password",
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        id="argon2id: PHC",
    ),
    pytest.param(
        "password",
        f"$pbkdf2-sha1$i=4096,l=20$c2FsdA${b64('4b007901b765489abead49d926f721d065a429c1').rstrip('=')}",
        id="PBKDF2: RFC 6070",
    ),
    pytest.param(
        "passwd",
        "$pbkdf2-sha256$i=1,l=64$c2FsdA$"
        + b64(
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
            "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783"
        ).rstrip("="),
        id="PBKDF2: RFC 7914",
    ),
    pytest.param(
        "pleaseletmein",
        f"$scrypt$ln=16384,r=8,p=1${text('SodiumChloride')}$"
        + b64(
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
            "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
        ),
        id="scrypt: RFC 7914",
    ),
    pytest.param(
        "user1password",
        "$firescrypt$ln=14,r=8,p=1$42xEC+ixf3L2lw==$"
        "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==$Bw==$"
        "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
        id="Firebase",
        marks=pytest.mark.covers("HASH-06"),
    ),
    pytest.param("abc", f"$md5${b64('900150983cd24fb0d6963f7d28e17f72')}", id="MD5: RFC 1321"),
    *(
        pytest.param(JEFE, f"$hmac-{digest}${text(code)}${text('Jefe')}", id=f"HMAC-{digest}: RFC 2202, 4231")
        for digest, code in (
            ("md5", "750c783e6ab0b503eaa86e310a5db738"),
            ("sha1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            ("sha256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        )
    ),
    *(
        pytest.param("abc", f"${digest}$pf={text('{PASSWORD}')}$${b64(code)}", id=f"{digest}: FIPS 180")
        for digest, code in (
            ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            ("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        )
    ),
]


@pytest.mark.parametrize(("password", "hash"), PUBLISHED)
def test_a_published_hash_is_that_of_its_password(password: str, hash: str):
    formats.check_importable(hash)
    matches = formats.read(hash)
    assert matches(password.encode())
    assert not matches(password.encode() + b"!")
    assert not matches(password.upper().encode() if password.upper() != password else b"")
