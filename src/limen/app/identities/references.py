"""How does a schema that refers to other documents become one that refers only to itself? (SCH-15)"""

from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import msgspec

from limen.domain.identity.pointers import escape
from limen.kernel.errors import LimenError, MalformedInput
from limen.kernel.json_doc import JsonDoc, JsonObject, JsonValue
from limen.ports.documents import Documents, DocumentUnavailable

MAX_DOCUMENTS: Final = 32
_KEY: Final = "x-documents"
_DATA: Final = frozenset({"const", "default", "enum", "examples"})
_STANDARD: Final = ("http://json-schema.org/", "https://json-schema.org/")


class ReferenceUnusable(LimenError):
    """A `$ref` leads to what may not be read, or cannot be."""


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """A document and where it lies in the bundle. `url` is where it was read, `base` what its references start from."""

    url: str
    base: str
    pointer: str


async def bundled(document: JsonObject, url: str, documents: Documents, *, only_base64: bool) -> JsonObject:
    """The schema with every document that it refers to inside, so that whoever compiles it reads nothing.

    Documents may come from `base64://`, from `http(s)://` as far as `documents` allows, and from files in the folder of the
    schema and below it; with `only_base64` only the first (`security.disallow_ref_in_identity_schemas`).
    Raises ReferenceUnusable.
    """
    bundle = _Bundle(url, documents, only_base64)
    place = _Place(url=url, base=_base(document, url), pointer="#")
    root = bundle.rewritten(document, place)
    while bundle.wanted:
        await bundle.fetch()
    whole: JsonObject = {key: value for key, value in root.items() if key not in {"$id", "id"}}
    if bundle.found:
        whole[_KEY] = bundle.found
    return whole


class _Bundle:
    def __init__(self, url: str, documents: Documents, only_base64: bool) -> None:
        self.url = url
        self.documents = documents
        self.only_base64 = only_base64
        self.places: dict[str, _Place] = {}
        self.wanted: list[str] = []
        self.found: JsonObject = {}

    async def fetch(self) -> None:
        url = self.wanted.pop()
        try:
            value = JsonDoc.parse(await self.documents.read(url)).value()
        except (DocumentUnavailable, MalformedInput) as error:
            raise ReferenceUnusable(f"The document {_named(url)} that it refers to cannot be read: {error}") from error
        if not isinstance(value, dict):
            raise ReferenceUnusable(f"The document {_named(url)} that it refers to is no JSON object.")
        planned = self.places[url]
        place = msgspec.structs.replace(planned, base=_base(value, url))
        inner = self.rewritten(value, place)
        key = place.pointer.rpartition("/")[2]
        self.found[key] = {name: each for name, each in inner.items() if name not in {"$id", "id", "$schema"}}

    def rewritten(self, node: JsonObject, place: _Place) -> JsonObject:
        return {key: self.value(key, each, place) for key, each in node.items()}

    def value(self, key: str, value: JsonValue, place: _Place) -> JsonValue:
        if key == "$ref" and isinstance(value, str):
            return self.reference(value, place)
        if key in _DATA:
            return value
        if isinstance(value, dict):
            return self.rewritten(value, place)
        return [self.value("", each, place) for each in value] if isinstance(value, list) else value

    def reference(self, reference: str, place: _Place) -> str:
        """The reference as a pointer into the bundle."""
        if reference.startswith("#"):
            return self.pointer(place, reference[1:])
        url, fragment = urldefrag(_absolute(reference, place))
        if url.startswith(_STANDARD):
            return reference
        if url in {place.base, place.url}:
            return self.pointer(place, fragment)
        if url not in self.places:
            self.refuse(url, place)
            if len(self.places) >= MAX_DOCUMENTS:
                raise ReferenceUnusable(f"It refers to more than {MAX_DOCUMENTS} other documents.")
            self.places[url] = _Place(url=url, base=url, pointer=f"#/{_KEY}/{escape(str(len(self.places)))}")
            self.wanted.append(url)
        return self.pointer(self.places[url], fragment)

    def pointer(self, place: _Place, fragment: str) -> str:
        if place.pointer == "#":
            return f"#{fragment}"
        if fragment and not fragment.startswith("/"):
            raise ReferenceUnusable(f"It refers to #{fragment} in another document; only pointers work there.")
        return place.pointer + fragment

    def refuse(self, url: str, place: _Place) -> None:
        scheme = urlsplit(url).scheme
        if scheme == "base64":
            return
        if self.only_base64:
            raise ReferenceUnusable(
                f"It refers to {_named(url)}, and security.disallow_ref_in_identity_schemas allows only base64:// there."
            )
        if scheme in {"http", "https"}:
            return
        if scheme != "file" or not place.url.startswith("file://") or not _below(url, self.url):
            raise ReferenceUnusable(
                f"It refers to {_named(url)}; possible are base64://, http(s):// and, for a schema read from a file, "
                "files in its own folder."
            )


def _base(document: JsonObject, url: str) -> str:
    found = document.get("$id", document.get("id"))
    base, _ = urldefrag(found if isinstance(found, str) else "")
    return base if urlsplit(base).scheme in {"http", "https", "file"} else url


def _absolute(reference: str, place: _Place) -> str:
    if urlsplit(reference).scheme:
        return reference
    if not place.base.startswith(("http://", "https://", "file://")):
        raise ReferenceUnusable(
            f"The reference {reference[:100]} is relative, but the schema has no address of its own."
        )
    return urljoin(place.base, reference)


def _below(url: str, schema_url: str) -> bool:
    """Whether the file lies in the folder of the schema or below it, as written (no `..`, nothing escaped twice)."""
    path, folder = PurePosixPath(_path(url)), PurePosixPath(_path(schema_url)).parent
    return path.is_absolute() and ".." not in path.parts and "%" not in str(path) and path.is_relative_to(folder)


def _path(url: str) -> str:
    parts = urlsplit(url)
    return unquote(parts.path) if parts.netloc in {"", "localhost"} else ""


def _named(url: str) -> str:
    return url if len(url) <= 100 else url[:100] + "…"  # noqa: PLR2004  # a line of text, not a document
