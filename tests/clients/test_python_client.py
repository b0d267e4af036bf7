"""Does the official Python client work against Limen as it is?"""

from collections.abc import Iterator
from contextlib import ExitStack

import ory_kratos_client as ory
import pytest
from ory_kratos_client.exceptions import ApiException, NotFoundException, UnauthorizedException

from server.person import PASSWORD, address
from server.running import RunningServer


@pytest.fixture
def exits() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def front(limen: RunningServer, exits: ExitStack) -> ory.FrontendApi:
    return ory.FrontendApi(exits.enter_context(ory.ApiClient(ory.Configuration(host=limen.public))))


@pytest.fixture
def operator(limen: RunningServer, exits: ExitStack) -> ory.IdentityApi:
    return ory.IdentityApi(exits.enter_context(ory.ApiClient(ory.Configuration(host=limen.admin))))


class Cookies:
    """What an application behind a browser does: it takes the cookies of one answer along to the next request."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def take[T](self, answer: ory.ApiResponse[T]) -> T:
        lines = answer.headers.getlist("set-cookie") if answer.headers else []
        for line in lines:
            name, _, value = line.partition(";")[0].partition("=")
            self._kept[name] = value
        return answer.data

    def __str__(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._kept.items() if value)
