"""Which documents are there in a test? Those that the test wrote."""

from limen.ports.documents import DocumentUnavailable


class WrittenDocuments:
    def __init__(self, documents: dict[str, bytes] | None = None) -> None:
        self.documents = dict(documents or {})
        self.read_urls: list[str] = []

    async def read(self, url: str) -> bytes:
        self.read_urls.append(url)
        if url not in self.documents:
            raise DocumentUnavailable(f"There is no document {url}.")
        return self.documents[url]
