"""How does a listener speak HTTPS? With the configured certificate, TLS 1.2 or newer, and perhaps only to known clients."""

import base64
import binascii
import ssl
import tempfile
from pathlib import Path
from typing import Final

from limen.config.serve import Tls, TlsSource
from limen.kernel.errors import LimenError

_LEAST: Final = ssl.TLSVersion.TLSv1_2


class TlsUnusable(LimenError):
    """The certificate, its key or the authority of clients cannot be used; `reason` names the key, never its content."""


def server_context(tls: Tls, key: str) -> ssl.SSLContext:
    """The context for a listener; `key` is where it is configured (`serve.public.tls`). Raises TlsUnusable."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = _LEAST
    with tempfile.TemporaryDirectory(prefix="limen-tls-") as folder:  # the library reads files only; nobody else may
        certificate = _file(tls.cert, f"{key}.cert", Path(folder) / "cert.pem")
        private = _file(tls.key, f"{key}.key", Path(folder) / "key.pem")
        try:
            context.load_cert_chain(certificate, private, password=_no_password)
        except (ssl.SSLError, OSError, _Locked) as error:
            why = (
                "it asks for a password" if isinstance(error, _Locked) else "they do not belong together or are no PEM"
            )
            raise TlsUnusable(f"{key}: the certificate and its key cannot be used: {why}.") from error
    if tls.client_ca is not None:
        try:
            context.load_verify_locations(cadata=_text(tls.client_ca, f"{key}.client_ca").decode("ascii"))
        except (ssl.SSLError, UnicodeDecodeError) as error:
            raise TlsUnusable(f"{key}.client_ca: this is no certificate in PEM form.") from error
        context.verify_mode = ssl.CERT_REQUIRED
    return context


class _Locked(Exception):
    """The private key is encrypted, and nobody is there to type its password."""


def _no_password() -> str:
    raise _Locked


def _file(source: TlsSource, key: str, spare: Path) -> Path:
    text = _text(source, key)
    spare.touch(mode=0o600)
    spare.write_bytes(text)
    return spare


def _text(source: TlsSource, key: str) -> bytes:
    if source.base64:
        try:
            return base64.b64decode(source.base64, validate=True)
        except binascii.Error as error:
            raise TlsUnusable(f"{key}.base64: this is no base64.") from error
    if not source.path:
        raise TlsUnusable(f"{key}: say where it is, with path or base64.")
    try:
        return Path(source.path.removeprefix("file://")).read_bytes()
    except OSError as error:
        raise TlsUnusable(f"{key}.path: {source.path} cannot be read ({error.strerror}).") from error
