"""Who vouches for a server in a test? An authority of its own, whose certificates and keys lie in a folder as PEM files."""

from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from limen.adapters.system import SystemClock

LOOPBACK: Final = "127.0.0.1"
_DAY: Final = timedelta(days=1)


class Certified(msgspec.Struct, frozen=True):
    """The files of a certificate and of its key."""

    certificate: Path
    key: Path


class Authority:
    """Somebody whose certificates are believed by whoever believes `file`, its own certificate, which it signed itself.

    That one is a server's certificate as well, for `host`.
    """

    def __init__(self, folder: Path, name: str = "authority", host: str = LOOPBACK) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        self.own = self._kept(name, self._key, self._signed(self._name, self._key, host, vouches=True))
        self.file = self.own.certificate

    def issue(self, name: str, host: str = LOOPBACK) -> Certified:
        """A certificate for `host`."""
        key = ec.generate_private_key(ec.SECP256R1())
        return self._kept(name, key, self._signed(_named(name), key, host, vouches=False))

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, host: str, *, vouches: bool
    ) -> x509.Certificate:
        now = SystemClock().now()  # certificates are checked against the real time
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _DAY)
            .not_valid_after(now + _DAY)
            .add_extension(x509.SubjectAlternativeName([_place(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=vouches, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def _kept(self, name: str, key: ec.EllipticCurvePrivateKey, made: x509.Certificate) -> Certified:
        files = Certified(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        files.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        files.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return files


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _place(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
