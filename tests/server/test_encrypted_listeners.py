"""Do the listeners speak HTTPS, ask clients for certificates, and listen in files? (serve.*.tls, serve.*.socket)"""
# ruff: noqa: TID251 - the tests are outside, and certificates have real dates

import base64
import ssl
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import yaml

from doubles.certificates import Authority, Certified
from limen.kernel.json_doc import JsonObject
from play_shown import part
from server.running import command, free_port, pause, surroundings

SECONDS = 30


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


def trusting(authority: Authority, url: str, own: Certified | None = None) -> httpx.Client:
    context = ssl.create_default_context(cafile=str(authority.file))
    if own is not None:
        context.load_cert_chain(own.certificate, own.key)
    return httpx.Client(base_url=url, verify=context, timeout=10)


def encoded(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()


def test_both_listeners_speak_https_and_only_known_clients_reach_the_admin_one(
    tmp_path: Path, authority: Authority
) -> None:
    server = authority.issue("server")
    public, admin = free_port(), free_port()
    serve: JsonObject = {
        "public": {
            "host": "127.0.0.1",
            "port": public,
            "tls": {"cert": {"path": str(server.certificate)}, "key": {"path": str(server.key)}},
        },
        "admin": {
            "host": "127.0.0.1",
            "port": admin,
            "tls": {
                "cert": {"base64": encoded(server.certificate)},
                "key": {"base64": encoded(server.key)},
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
