"""Do the listeners speak HTTPS, ask clients for certificates, and listen in files? (serve.*.tls, serve.*.socket)"""
# ruff: noqa: TID251 - the tests are outside, and certificates have real dates

import base64
import ssl
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from limen.kernel.json_doc import JsonObject
from play_shown import part
from server.running import command, free_port, pause, surroundings

SECONDS = 30


class Authority:
    """Somebody whose certificates are believed, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "House authority")])
        self.file = folder / "ca.pem"
        self.certificate = self._signed(self.name, self.key, authority=True)
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str) -> tuple[Path, Path]:
        """The files of a certificate for 127.0.0.1 and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate, private = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        certificate.write_bytes(self._signed(subject, key).public_bytes(serialization.Encoding.PEM))
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return certificate, private

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, authority: bool = False
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256())
        )


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@contextmanager
def serving(folder: Path, serve: JsonObject, client: httpx.Client) -> Iterator[subprocess.Popen[bytes]]:
    """A server with this `serve` section; ready as soon as the client gets an answer."""
    file = folder / "limen.yml"
    file.write_text(yaml.safe_dump({"dsn": f"sqlite://{folder}/limen.sqlite", "serve": serve}))
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            command("serve", "-c", str(file), "--dev"), cwd=folder, env=surroundings(), stdout=log, stderr=log
        )
    host = str(part(serve, "public")["host"])
    listening = Path(host.removeprefix("unix:"))
    try:
        for _ in range(int(SECONDS / 0.1)):
            if host.startswith("unix:") and not listening.exists():
                pause(0.1)
                continue
            try:
                client.get("/health/alive")
                break
            except httpx.TransportError:
                assert process.poll() is None, (folder / "log.txt").read_text()
                pause(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(SECONDS)


def trusting(authority: Authority, url: str, own: tuple[Path, Path] | None = None) -> httpx.Client:
    context = ssl.create_default_context(cafile=str(authority.file))
    if own is not None:
        context.load_cert_chain(*own)
    return httpx.Client(base_url=url, verify=context, timeout=10)


def encoded(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()


def test_both_listeners_speak_https_and_only_known_clients_reach_the_admin_one(
    tmp_path: Path, authority: Authority
) -> None:
    certificate, key = authority.issue("server")
    public, admin = free_port(), free_port()
    serve: JsonObject = {
        "public": {
            "host": "127.0.0.1",
            "port": public,
            "tls": {"cert": {"path": str(certificate)}, "key": {"path": str(key)}},
        },
        "admin": {
            "host": "127.0.0.1",
            "port": admin,
            "tls": {
                "cert": {"base64": encoded(certificate)},
                "key": {"base64": encoded(key)},
                "client_ca": {"path": str(authority.file)},
            },
        },
    }
    with trusting(authority, f"https://127.0.0.1:{public}") as person, serving(tmp_path, serve, person):
        form = person.get("/self-service/login/api").json()
        assert str(form["ui"]["action"]).startswith("https://")
        with trusting(authority, f"https://127.0.0.1:{admin}", authority.issue("operator")) as operator:
            assert operator.get("/admin/identities").status_code == 200
        stranger = trusting(authority, f"https://127.0.0.1:{admin}")
        with stranger, pytest.raises(httpx.TransportError):
            stranger.get("/admin/identities")
        with httpx.Client() as plain, pytest.raises(httpx.TransportError):
            plain.get(f"http://127.0.0.1:{public}/health/alive")


@pytest.mark.parametrize(
    ("tls", "complaint"),
    [
        ({"cert": {"path": "/nowhere.pem"}, "key": {"path": "/nowhere.key"}}, "serve.public.tls.cert.path"),
        ({"cert": {"base64": "bm8="}, "key": {"base64": "bm8="}}, "serve.public.tls: the certificate"),
        ({"cert": {"base64": "bm8="}}, "serve.public.tls.key"),
    ],
)
def test_a_certificate_that_cannot_be_used_stops_the_start(tmp_path: Path, tls: JsonObject, complaint: str) -> None:
    file = tmp_path / "limen.yml"
    serve = {"public": {"host": "127.0.0.1", "port": free_port(), "tls": tls}, "admin": {"port": free_port()}}
    file.write_text(yaml.safe_dump({"dsn": "memory", "serve": serve}))
    done = subprocess.run(
        command("serve", "-c", str(file), "--dev"),
        cwd=tmp_path,
        env=surroundings(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, complaint in done.stderr, "Traceback" in done.stderr) == (1, True, False), done.stderr


def test_a_listener_in_a_file_has_the_permissions_that_were_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "public.sock"
    serve: JsonObject = {
        "public": {"host": f"unix:{path}", "socket": {"mode": 0o660}, "base_url": "http://localhost:4433/"},
        "admin": {"host": "127.0.0.1", "port": free_port()},
    }
    transport = httpx.HTTPTransport(uds=str(path))
    with httpx.Client(transport=transport, base_url="http://localhost") as person, serving(tmp_path, serve, person):
        assert person.get("/health/alive").status_code == 200
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
