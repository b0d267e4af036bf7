import base64
import hashlib
import hmac
import time

import pytest
from argon2 import low_level
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from doubles.entropy import SeededEntropy
from limen.adapters.hashers import argon2_hashes, bcrypt_hashes, formats
from limen.adapters.hashers.md4 import hmac_md4, md4
from limen.config.hashers import Argon2Config, HashersConfig
from limen.kernel.errors import MalformedInput
from limen.ports.passwords import UnknownHash

SECRET = b"correct horse battery staple"
SALT = b"0123456789abcdef"
SEPARATOR, SIGNER = b"\x0a\x10", b"signer-key-of-the-firebase-project-0123456789-0123456789-01234567"
BCRYPT = bcrypt_hashes.make(SECRET, 4, SeededEntropy())
CHEAP = Argon2Config(memory=256 * 1024, iterations=1, parallelism=1)
ARGON2 = argon2_hashes.make(SECRET, CHEAP, SeededEntropy())


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def bare64(octets: bytes) -> str:
    return b64(octets).rstrip("=")


def argon2(kind: low_level.Type) -> str:
    return low_level.hash_secret(SECRET, SALT, 2, 256, 2, 32, kind).decode()


def pbkdf2(digest: str, name: str | None = None) -> str:
    key = hashlib.pbkdf2_hmac(digest, SECRET, SALT, 1000, 32)
    return f"$pbkdf2-{name or digest}$i=1000,l=32${bare64(SALT)}${bare64(key)}"


def scrypt() -> str:
    key = hashlib.scrypt(SECRET, salt=SALT, n=1024, r=8, p=2, dklen=32)
    return f"$scrypt$ln=1024,r=8,p=2${b64(SALT)}${b64(key)}"


def firebase() -> str:
    key = hashlib.scrypt(SECRET, salt=SALT + SEPARATOR, n=1 << 10, r=8, p=1, dklen=32)
    encryptor = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()
    return f"$firescrypt$ln=10,r=8,p=1${b64(SALT)}${b64(encryptor.update(SIGNER))}${b64(SEPARATOR)}${b64(SIGNER)}"


def salted(name: str, digest: str) -> str:
    return f"{{{name}}}" + b64(hashlib.new(digest, SECRET + SALT).digest() + SALT)


def formatted(digest: str, template: str) -> str:
    text = template.encode().replace(b"{SALT}", SALT).replace(b"{PASSWORD}", SECRET)
    return f"${digest}$pf={b64(template.encode())}${b64(SALT)}${b64(hashlib.new(digest, text).digest())}"


def keyed(digest: str) -> str:
    code = hmac_md4(b"the key", SECRET) if digest == "md4" else hmac.digest(b"the key", SECRET, digest)
    return f"$hmac-{digest}${b64(code.hex().encode())}${b64(b'the key')}"


HASHES = [
    pytest.param(BCRYPT, id="bcrypt", marks=pytest.mark.covers("HASH-01", "HASH-13")),
    *(pytest.param(BCRYPT.replace("$2a$", prefix), id=prefix, marks=pytest.mark.covers("HASH-01")) for prefix in bcrypt_hashes.PREFIXES),
    pytest.param(ARGON2, id="argon2id", marks=pytest.mark.covers("HASH-02", "HASH-13")),
    pytest.param(argon2(low_level.Type.I), id="argon2i", marks=pytest.mark.covers("HASH-03")),
    pytest.param(argon2(low_level.Type.D), id="argon2d"),
    *(
        pytest.param(pbkdf2(digest), id=f"pbkdf2-{digest}", marks=pytest.mark.covers("HASH-04"))
        for digest in ("sha1", "sha224", "sha256", "sha384", "sha512")
    ),
    pytest.param(pbkdf2("sha3_224", "sha224"), id="pbkdf2-sha3-224", marks=pytest.mark.covers("HASH-04")),
    pytest.param(pbkdf2("sha3_384", "sha384"), id="pbkdf2-sha3-384", marks=pytest.mark.covers("HASH-04")),
    pytest.param(scrypt(), id="scrypt", marks=pytest.mark.covers("HASH-05")),
    pytest.param(firebase(), id="firescrypt", marks=pytest.mark.covers("HASH-06")),
    *(
        pytest.param(salted(name, digest), id=name, marks=pytest.mark.covers("HASH-07"))
        for name, digest in (("SSHA", "sha1"), ("SSHA256", "sha256"), ("SSHA512", "sha512"))
    ),
    *(
        pytest.param(formatted(digest, template), id=f"{digest} {template}", marks=pytest.mark.covers("HASH-08", "HASH-09"))
        for digest in ("sha1", "sha256", "sha512", "md5")
        for template in ("{SALT}{PASSWORD}", "pepper-{PASSWORD}-{SALT}", "{PASSWORD}")
    ),
    pytest.param("$md5$" + b64(hashlib.md5(SECRET).digest()), id="md5", marks=pytest.mark.covers("HASH-09")),
    *(
        pytest.param(keyed(digest), id=f"hmac-{digest}", marks=pytest.mark.covers("HASH-10"))
        for digest in ("md4", "md5", "sha1", "sha224", "sha256", "sha384", "sha512")
    ),
]  # fmt: skip


@pytest.mark.parametrize("hash", HASHES)
def test_a_hash_matches_its_password_and_no_other(hash: str):
    formats.check_importable(hash)
    matches = formats.read(hash)
    assert matches(SECRET)
    assert not matches(b"Tr0ub4dor&3")
    assert not matches(b"")
    assert not matches(SECRET + b"\1")
    assert not matches(SECRET * 300)


# Made by `openssl passwd` and by libxcrypt.
LONG = "0123456789" * 7 + "012345678"
CRYPTED = [
    ("a", "$md5-crypt$sa1tsalt$Ua.Pyx7AniBRz8Dz.BTba."),
    ("correct horse battery staple", "$md5-crypt$sa1tsalt$K0o5JvNojZykJQUccXXps/"),
    (LONG, "$md5-crypt$sa1tsalt$S/D5puCzlgEKdVefeGFUR1"),
    ("", "$md5-crypt$$qRPK7m23GJusamGpoGLby/"),
    ("a", "$sha256-crypt$sa1tsalt$vONYUgeB80/Nby53R4HX0Q9I4ESPF0ZZkk/S2133086"),
    ("correct horse battery staple", "$sha256-crypt$sa1tsalt$uqYN62IRQWx.bf.Exm3ZME6Qm6tQ65BWpGwKno7KMR2"),
    (LONG, "$sha256-crypt$sa1tsalt$drUGvtReAnW44SBJQWiaS.DwcRf90m3dnY.XBCyLCu2"),
    ("Hello world!", "$sha256-crypt$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA"),
    ("a", "$sha512-crypt$sa1tsalt$H.z1toZMy/paZeIxzrarlZnH.TIu1MkXRbfUsIGLRUv3vB/S4m6Wd8TfRNykTBx4OSI6f3FHCc/ZjWDwruBIf0"),
    (LONG, "$sha512-crypt$sa1tsalt$LDY3CNJEVAW2h.bbpc/0h3/IfnvmIjoQkJwGF7YEOudg09HIyDPtxqq0NCSmOVCL.QFDe4s4EnuqE9upFloUV/"),
    ("Hello world!", "$sha512-crypt$rounds=1400$anotherlongsalts$5FGyu8c4BZDX4wJgs0Un26YOw2XibT5eTkHF1I1aP3QqStoJI9BHD2YPJYsAjEePVGUyBjdZxcNqMWlrrbIOC."),
    ("ü" * 30, "$sha512-crypt$$vXW03GaUEki/Cji1FDY3YMNFnFIAybHCj2pdP4nO4omRnylGoEI6OqSNmIsAEPWZF34YJwqsa2Wx2g03fxQeb0"),
]  # fmt: skip


@pytest.mark.covers("HASH-11", "HASH-12")
@pytest.mark.parametrize(("password", "hash"), CRYPTED)
def test_hashes_of_unix_password_files_match(password: str, hash: str):
    formats.check_importable(hash)
    assert formats.read(hash)(password.encode())
    assert not formats.read(hash)(password.encode() + b"x")
    assert not formats.read(hash)(password.encode() * 2000 + b"x" * 2000)


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"", "31d6cfe0d16ae931b73c59d7e0c089c0"),
        (b"a", "bde52cb31de33e46245e05fbdbd6fb24"),
        (b"message digest", "d9130a8164549fe818874806e1c7014b"),
        (b"1234567890" * 8, "e33b4ddc9c38f2199c3e7b164fcc0536"),
    ],
)
def test_md4_is_as_rfc_1320_says(message: bytes, digest: str):
    assert md4(message).hex() == digest


KEY = bare64(b"k" * 32)
PADDED = b64(b"k" * 32)
SALTED = bare64(SALT)
UNKNOWN = [
    "", "$", "$$", "{", "{}", "just-a-password", "$bogus$x", "$1$salt$x", "$5$salt$x", "$6$salt$x", "$2x$" + BCRYPT[4:], "é" + BCRYPT,
    "$2a$", BCRYPT[:-1], BCRYPT + "a", BCRYPT + "\n", BCRYPT.replace("$04$", "$03$"), BCRYPT.replace("$04$", "$31$"),
    "$argon2id$broken", f"$argon2id$v=16$m=256,t=1,p=1${SALTED}${KEY}", f"$argon2id$v=19$t=1,m=256,p=1${SALTED}${KEY}",
    f"$argon2id$v=19$m=2000000,t=1,p=1${SALTED}${KEY}", f"$argon2id$v=19$m=256,t=11,p=1${SALTED}${KEY}",
    f"$argon2id$v=19$m=256,t=1,p=17${SALTED}${KEY}", f"$argon2id$v=19$m=256,t=0,p=1${SALTED}${KEY}",
    f"$argon2id$v=19$m=8,t=1,p=2${SALTED}${KEY}", f"$argon2id$v=19$m=256,t=1,p=1$c2FsdA${KEY}", f"$argon2id$v=19$m=256,t=1,p=1${SALTED}$",
    f"$argon2id$v=19$m=-1,t=1,p=1${SALTED}${KEY}", f"$argon2id$v=19$m=99999999999,t=1,p=1${SALTED}${KEY}",
    f"$pbkdf2-sha256$i=20000000,l=32${SALTED}${KEY}", f"$pbkdf2-sha256$i=1000,l=32${SALTED}$", f"$pbkdf2-sha256$i=0,l=32${SALTED}${KEY}",
    f"$pbkdf2-sha256$i=1000,l=32${SALTED}${PADDED}", f"$pbkdf2-sha999$i=1000,l=32${SALTED}${KEY}", f"$pbkdf2-sha256$i=1${SALTED}${KEY}",
    f"$scrypt$ln=262144,r=8,p=1${PADDED}${PADDED}", f"$scrypt$ln=1000,r=8,p=1${PADDED}${PADDED}", f"$scrypt$ln=1,r=8,p=1${PADDED}${PADDED}",
    f"$scrypt$ln=1024,r=9,p=1${PADDED}${PADDED}", f"$scrypt$ln=1024,r=8,p=11${PADDED}${PADDED}", f"$scrypt$ln=1024,r=8,p=1${PADDED}$",
    f"$firescrypt$ln=18,r=8,p=1${PADDED}${PADDED}${PADDED}${PADDED}", f"$firescrypt$ln=14,r=8,p=1${PADDED}${PADDED}${PADDED}$",
    "{SSHA}", "{SSHA}YQ==", "{SSHA}" + b64(b"d" * 20), "{SSHA999}" + PADDED, "$md5$", "$md5$YQ==", "$md5$pf=YQ==$YQ==$" + b64(b"d" * 16),
    "$sha256$" + PADDED, "$hmac-sha999$YQ==$YQ==", "$hmac-sha256$YQ==$YQ==", "$hmac-sha256$$", "$hmac-md4$YQ==$YQ==",
    "$md5-crypt$salt$short", "$md5-crypt$saltsaltsalt$" + "a" * 22, "$sha512-crypt$rounds=99999999$salt$" + "a" * 86,
    "$sha512-crypt$salt$" + "a" * 85, "$sha256-crypt$rounds=0$salt$" + "a" * 43, "$md5$" + "A" * 5000,
]  # fmt: skip


@pytest.mark.covers("SEC-24", "IMP-01")
@pytest.mark.parametrize("hash", UNKNOWN)
def test_what_is_unknown_broken_or_a_bomb_is_refused_at_once(hash: str):
    start = time.monotonic()
    with pytest.raises(UnknownHash) as caught:
        formats.check_importable(hash)
    assert time.monotonic() - start < 0.1
    assert caught.value.reason
    assert len(hash) < 8 or hash not in caught.value.reason


@pytest.mark.covers("SEC-24", "HASH-01")
def test_an_own_bcrypt_hash_may_cost_more_than_an_imported_one():
    for cost in ("15", "16", "20"):
        formats.read(BCRYPT.replace("$04$", f"${cost}$"))
    formats.check_importable(BCRYPT.replace("$04$", "$15$"))
    with pytest.raises(UnknownHash):
        formats.check_importable(BCRYPT.replace("$04$", "$16$"))


@pytest.mark.covers("PWD-10")
def test_bcrypt_never_cuts_a_password():
    whole = b"p" * 72
    matches = formats.read(bcrypt_hashes.make(whole, 4, SeededEntropy()))
    assert matches(whole)
    assert not matches(whole + b"p")
    with pytest.raises(MalformedInput):
        bcrypt_hashes.make(whole + b"p", 4, SeededEntropy())


@pytest.mark.covers("HASH-13")
def test_new_hashes_have_the_configured_form():
    assert BCRYPT.startswith("$2a$04$")
    assert len(BCRYPT) == 60
    assert ARGON2.startswith("$argon2id$v=19$m=256,t=1,p=1$")
    assert len({bcrypt_hashes.make(SECRET, 4, entropy := SeededEntropy(str(n))) for n in range(5)}) == 5
    assert entropy is not None


@pytest.mark.covers("PWD-04")
@pytest.mark.parametrize(
    ("hash", "algorithm", "outdated"),
    [
        (BCRYPT, "bcrypt", False),
        (BCRYPT.replace("$2a$04", "$2y$12"), "bcrypt", False),
        (BCRYPT, "argon2", True),
        (ARGON2, "argon2", False),
        (ARGON2, "bcrypt", True),
        (argon2(low_level.Type.I), "argon2", True),
        ("$md5$x", "bcrypt", True),
    ],
)
def test_only_another_algorithm_makes_a_hash_outdated(hash: str, algorithm: str, outdated: bool):
    assert formats.is_outdated(hash, HashersConfig(algorithm=algorithm)) is outdated
