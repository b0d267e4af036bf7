from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from doubles.egress import ScriptedEgress
from limen.adapters.documents import MAX_BYTES, UrlDocuments
from limen.kernel.egress import EgressTooLarge
from limen.ports.documents import DocumentUnavailable

BODY = b'{"name":"\xc3\xbf\xc3\xbe?>"}'


@pytest.fixture
def egress():
    return ScriptedEgress()


@pytest.fixture
def documents(egress: ScriptedEgress, tmp_path: Path):
    return UrlDocuments(egress, tmp_path)


async def refused(documents: UrlDocuments, url: str) -> str:
    with pytest.raises(DocumentUnavailable) as caught:
        await documents.read(url)
    return caught.value.reason


@pytest.mark.covers("CFG-15")
@pytest.mark.parametrize("form", ["file://{0}/a.json", "file://a.json", "file://./a.json", "FILE://b/../a.json"])
async def test_files_are_read_absolute_or_from_the_folder(documents: UrlDocuments, tmp_path: Path, form: str):
    (tmp_path / "b").mkdir()
    (tmp_path / "a.json").write_bytes(BODY)
    assert await documents.read(form.format(tmp_path)) == BODY


@pytest.mark.covers("CFG-15")
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
@pytest.mark.parametrize("strip", [b"", b"="])
async def test_documents_stand_in_their_address(
    documents: UrlDocuments, encode: Callable[[bytes], bytes], strip: bytes
):
    for body in (BODY, BODY + b"a", BODY + b"ab", b""):
        text = encode(body)
        assert await documents.read("base64://" + (text.rstrip(b"=") if strip else text).decode()) == body


@pytest.mark.covers("CFG-15")
async def test_documents_come_from_other_servers(documents: UrlDocuments, egress: ScriptedEgress):
    egress.answers("GET", "https://example.org/a.json", BODY)
    assert await documents.read("https://example.org/a.json") == BODY
    assert egress.calls[0].max_answer_bytes == MAX_BYTES


async def test_what_is_missing_is_said(documents: UrlDocuments, egress: ScriptedEgress, tmp_path: Path):
    egress.answers("GET", "http://u:secret@h/a?key=secret", status=404)
    egress.fails("GET", "http://h/b")
    egress.fails("GET", "http://h/c", EgressTooLarge("…"))
    assert "404" in (said := await refused(documents, "http://u:secret@h/a?key=secret"))
    assert "secret" not in said
    assert "cannot be reached" in await refused(documents, "http://h/b")
    assert "1 MiB" in await refused(documents, "http://h/c")
    assert "no file" in await refused(documents, "file://missing.json")
    assert "no file" in await refused(documents, f"file://{tmp_path}")
    assert "cannot be read" in await refused(documents, "file://" + "x" * 5000)
    await refused(documents, "file://a\0b")


@pytest.mark.parametrize("url", ["", "a.json", "ftp://h/a", "//h/a", "base64://***", "base64://A", "base64://é"])
async def test_strange_addresses_are_refused(documents: UrlDocuments, url: str):
    await refused(documents, url)


async def test_nothing_is_larger_than_a_mebibyte(documents: UrlDocuments, tmp_path: Path):
    (tmp_path / "full").write_bytes(bytes(MAX_BYTES))
    (tmp_path / "more").write_bytes(bytes(MAX_BYTES + 1))
    assert len(await documents.read("file://full")) == MAX_BYTES
    await refused(documents, "file://more")
    await refused(documents, "base64://" + "A" * (MAX_BYTES * 2))


async def test_a_document_that_cannot_be_read_is_not_quoted(documents: UrlDocuments):
    assert "c2VjcmV0" not in await refused(documents, "base64://c2VjcmV0*")
