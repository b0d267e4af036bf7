"""Which operations tell of the document itself?"""

from collections.abc import Sequence
from typing import Final

from limen.http.openapi.operations import Named, Operation, Port, Text

_EVERYWHERE: Final = (Port.PUBLIC, Port.ADMIN)

OPERATIONS: Final[Sequence[Operation]] = (
    Operation(
        id="getOpenApiJson",
        method="GET",
        path="/openapi.json",
        tag="metadata",
        summary="This document; on the public port where the operator agrees",
        answers={200: Named("openApiDocument"), 404: Text()},
        ports=_EVERYWHERE,
        own=True,
    ),
    Operation(
        id="getOpenApiYaml",
        method="GET",
        path="/openapi.yaml",
        tag="metadata",
        summary="The same as YAML",
        answers={200: Text("application/yaml"), 404: Text()},
        ports=_EVERYWHERE,
        own=True,
    ),
)
