import json

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from limen.adapters.jwt import JoseSigning
from limen.ports.signing import SigningFailed

CURVE = ECKey.generate_key("P-256", {"kid": "curve", "alg": "ES256", "use": "sig"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa", "alg": "RS256", "use": "sig"})
EDWARDS = OKPKey.generate_key("Ed25519", {"kid": "edwards", "alg": "EdDSA"})
NAMELESS = ECKey.generate_key("P-256", {"alg": "ES256"})
SHARED = OctKey.generate_key(256, {"kid": "shared", "alg": "HS256"})
CLAIMS = {"sub": "1", "exp": 4_000_000_000, "nested": {"a": [1, None, True]}}


def jwks(*keys: Key, private: bool = True) -> bytes:
    return json.dumps({"keys": [key.as_dict(private=private) for key in keys]}).encode()


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.covers("SESS-26", "SESS-27")
@pytest.mark.parametrize("key", [CURVE, RSA, EDWARDS], ids=["EC", "RSA", "Ed25519"])
def test_the_key_decides_algorithm_and_id(key: Key):
    token = JoseSigning().sign(jwks(key), CLAIMS)
    decoded = jwt.decode(token, key, algorithms=[key.alg])
    assert decoded.claims == CLAIMS
    assert decoded.header == {"alg": key.alg, "kid": key.kid, "typ": "JWT"}


@pytest.mark.covers("SESS-26")
def test_the_first_key_signs():
    header = jwt.decode(JoseSigning().sign(jwks(RSA, CURVE), CLAIMS), RSA, algorithms=["RS256"]).header
    assert header["kid"] == "rsa"


def test_a_key_that_stands_alone_and_one_of_a_browser_will_do():
    alone = json.dumps(CURVE.as_dict(private=True) | {"ext": True, "key_ops": ["verify"]}).encode()
    assert jwt.decode(JoseSigning().sign(alone, CLAIMS), CURVE, algorithms=["ES256"]).claims == CLAIMS


def test_a_key_without_id_signs_without_one():
    key = json.dumps({"keys": [{k: v for k, v in NAMELESS.as_dict(private=True).items() if k != "kid"}]}).encode()
    assert "kid" not in jwt.decode(JoseSigning().sign(key, CLAIMS), NAMELESS, algorithms=["ES256"]).header


def without_algorithm() -> bytes:
    return json.dumps({"keys": [{k: v for k, v in CURVE.as_dict(private=True).items() if k != "alg"}]}).encode()


def with_algorithm(name: str) -> bytes:
    return json.dumps({"keys": [CURVE.as_dict(private=True) | {"alg": name}]}).encode()


@pytest.mark.parametrize(
    "broken",
    [
        b"", b"{", b"[]", b"3", b"\xff", b"[" * 10_000, b'{"keys": []}', b'{"keys": [3]}', b'{"keys": 3}', b'{"keys": [{}]}',
        b'{"keys": [{"kty": "EC", "crv": "P-256", "alg": "ES256", "x": "a", "y": "b", "d": "c"}]}',
        b'{"keys": [{"kty": "new", "alg": "ES256"}]}',
        jwks(CURVE, private=False), jwks(SHARED), without_algorithm(), with_algorithm("none"), with_algorithm("RS256"),
        with_algorithm("ES512"), with_algorithm("HS256"), with_algorithm("RSA-OAEP"),
    ],
)  # fmt: skip
def test_what_cannot_sign_is_refused(broken: bytes):
    with pytest.raises(SigningFailed) as caught:
        JoseSigning().sign(broken, CLAIMS)
    assert caught.value.reason


def test_symmetric_keys_need_to_be_wanted():
    token = JoseSigning(symmetric=True).sign(jwks(SHARED), CLAIMS)
    assert jwt.decode(token, SHARED, algorithms=["HS256"]).claims == CLAIMS
