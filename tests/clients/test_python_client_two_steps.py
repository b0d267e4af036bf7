"""Does the official Python client, unmodified, get through a sign-in that asks for the name first?"""

import json

import ory_kratos_client as ory
import pytest
from ory_kratos_client.exceptions import BadRequestException

from play_config import flows
from server.person import PASSWORD, People, address
from server.running import RunningServer


def inputs(flow: str) -> dict[str, str]:
    """The type of every input of a form, as JSON has it: the client knows no flow whose `active` is `identifier_first`."""
    return {node["attributes"]["name"]: node["attributes"]["type"] for node in json.loads(flow)["ui"]["nodes"]}


def sent(front: ory.FrontendApi, flow: str, name: str) -> str:
    """The form after the first step, which comes with 400 (QK-02)."""
    body = ory.UpdateLoginFlowWithIdentifierFirstMethod(method="identifier_first", identifier=name)
    with pytest.raises(BadRequestException) as again:
        front.update_login_flow(flow, ory.UpdateLoginFlowBody(body))
    return str(again.value.body)


@pytest.mark.covers("IDF-01", "IDF-02", "LOGIN-22")
def test_a_native_app_names_somebody_and_proves_it(tmp_path_factory: pytest.TempPathFactory, people: People) -> None:
    email = address("python")
    folder = tmp_path_factory.mktemp("two-steps")
    with RunningServer(folder, flows(login={"style": "identifier_first"})) as house:
        people(house.public).sign_up(email).raise_for_status()
        with ory.ApiClient(ory.Configuration(host=house.public)) as client:
            front = ory.FrontendApi(client)
            flow = front.create_native_login_flow()
            assert [node.group for node in flow.ui.nodes] == ["identifier_first", "identifier_first", "default"]
            assert inputs(sent(front, flow.id, "nobody@example.org"))["identifier"] == "text"
            assert inputs(sent(front, flow.id, email))["identifier"] == "hidden"
            password = ory.UpdateLoginFlowWithPasswordMethod(method="password", identifier=email, password=PASSWORD)
            done = front.update_login_flow(flow.id, ory.UpdateLoginFlowBody(password))
            assert done.session.identity.traits == {"email": email}
