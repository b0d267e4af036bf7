"""How do routes, operations and wire types become one document? The routes say what is served, the tables say what it is."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final, get_args

import msgspec

from limen import __version__
from limen.app.identities.json_patch import PatchStep
from limen.domain.flow.kinds import FlowKind
from limen.http.cross_port import admin_path
from limen.http.openapi import admin, forms, names, own, public
from limen.http.openapi.operations import Body, Either, Named, Operation, Parameter, Port, Text
from limen.http.openapi.shapes import Shapes, reference
from limen.kernel.json_doc import JsonObject, JsonValue
from limen.wire.errors import Envelope
from limen.wire.flow import FlowReference, Item, ShowFlowItem, WireFlow
from limen.wire.session import WireSession
from limen.wire.ui import UiAttributes

OPERATIONS: Final[Sequence[Operation]] = (*public.OPERATIONS, *admin.OPERATIONS, *own.OPERATIONS)
MARK: Final = "x-limen-own"
"""On operations that Kratos' document does not have."""
_VERSION: Final = "3.1.0"
_HELD: Final = re.compile(r"\{[^}]*\}")
_JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"

Served = Mapping[Port, Mapping[str, frozenset[str]]]
"""The methods of each path of each listener, as its table of routes has them."""


class Surroundings(msgspec.Struct, frozen=True):
    """What of the configuration is in the document."""

    base_urls: tuple[tuple[Port, str], ...]
    """The listeners that it tells of, and where each of them is."""
    cookie: str


def route_of(path: str) -> str:
    """A path without the names of what it holds, by which routes and operations find each other."""
    return _HELD.sub("{}", path)


def described(port: Port) -> frozenset[tuple[str, str]]:
    """The paths (as `route_of` has them) and methods of a listener that an operation tells of."""
    return frozenset(
        (route_of(admin_path(path) if port is Port.ADMIN else path), operation.method)
        for operation in OPERATIONS
        if port in operation.ports
        for path in (operation.path, *operation.also)
    )


def document(served: Served, around: Surroundings) -> JsonObject:
    """The OpenAPI document of the listeners named in `around`: of every operation that they really serve."""
    shapes = Shapes()
    _named_components(shapes)
    paths: dict[str, JsonObject] = {}
    where = dict(around.base_urls)
    for operation in OPERATIONS:
        ports = [port for port in operation.ports if port in where and _serves(served[port], port, operation)]
        if not ports:
            continue
        made = _operation(shapes, operation)
        servers: list[JsonValue] = [{"url": where[port]} for port in ports]
        made["servers"] = servers
        paths.setdefault(operation.path, {})[operation.method.lower()] = made
    return {
        "openapi": _VERSION,
        "info": {
            "title": "Limen",
            "version": __version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": url, "description": port.value} for port, url in around.base_urls],
        "paths": dict(paths),
        "components": {"schemas": _sorted(shapes.components), "securitySchemes": _security(around.cookie)},
    }


def _serves(table: Mapping[str, frozenset[str]], port: Port, operation: Operation) -> bool:
    path = route_of(admin_path(operation.path) if port is Port.ADMIN else operation.path)
    return bool({operation.method, "*"} & table.get(path, frozenset()))


def _operation(shapes: Shapes, operation: Operation) -> JsonObject:
    answers: JsonObject = {
        str(status): _answer(shapes, status, shape) for status, shape in sorted(operation.answers.items())
    }
    answers["default"] = _error()
    made: JsonObject = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": [_parameter(each) for each in operation.parameters],
        "responses": answers,
    }
    if operation.body is not None:
        made["requestBody"] = _body(shapes, operation.body)
    if operation.signed_in:
        made["security"] = [{"sessionToken": []}, {"sessionBearer": []}, {"sessionCookie": []}]
    if operation.own:
        made[MARK] = True
    return made


def _parameter(parameter: Parameter) -> JsonObject:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "schema": dict(parameter.schema),
    }


def _body(shapes: Shapes, body: Body) -> JsonObject:
    schema = _shape(shapes, body.shape, told=False)
    content: JsonObject = {_JSON: {"schema": schema}}
    if body.form:
        content[_FORM] = {"schema": schema}
    return {"required": body.required, "content": content}


def _answer(shapes: Shapes, status: int, shape: object) -> JsonObject:
    made: JsonObject = {"description": HTTPStatus(status).phrase}
    if isinstance(shape, Text):
        made["content"] = {shape.media: {"schema": {"type": "string"} if shape.media.startswith("text/") else {}}}
    elif shape is not None:
        content: JsonObject = {_JSON: {"schema": _shape(shapes, shape, told=True)}}
        if status == HTTPStatus.NOT_FOUND:  # as for every address that holds what no route takes
            content["text/plain"] = {"schema": {"type": "string"}}
        made["content"] = content
    return made


def _error() -> JsonObject:
    """Every other answer: an error object, or a line of text where there is no route."""
    content: JsonObject = {_JSON: {"schema": reference("errorGeneric")}, "text/plain": {"schema": {"type": "string"}}}
    return {"description": "An error", "content": content}


def _shape(shapes: Shapes, shape: object, *, told: bool) -> JsonObject:
    if isinstance(shape, Named):
        return reference(shape.name)
    if isinstance(shape, Either):
        return {"anyOf": [reference(name) for name in shape.names]}
    return shapes.of(shape, told=told)


def _named_components(shapes: Shapes) -> None:
    """The components that follow from a part of a Struct, or from none."""
    for name, states in names.STATES.items():
        values: list[JsonValue] = [state.value for state in states]
        shapes.components[name] = {"type": "string", "enum": values}
    shapes.of(WireSession)
    attributes: list[JsonValue] = [dict(shapes.of(kind)) for kind in get_args(UiAttributes)]
    shapes.components["uiNodeAttributes"] = {"oneOf": attributes}
    others: list[JsonValue] = [dict(shapes.of(kind)) for kind in get_args(Item) if kind is not ShowFlowItem]
    flows: list[JsonValue] = [dict(reference(name)) for name in names.NEXT_FLOWS]
    shapes.components["continueWith"] = {"oneOf": [*others, *flows]}
    for name, part in names.NEXT_REFERENCES.items():
        shapes.part(name, FlowReference, part)
    for name, part in names.NEXT_FLOWS.items():
        shapes.part(name, ShowFlowItem, part)
    for name, part in names.ENVELOPES.items():
        shapes.part(name, Envelope, part)
    for kind in FlowKind:
        shapes.part(f"{kind.value}Flow", WireFlow, names.FLOWS[f"{kind.value}Flow"])
    for name, (order, part) in names.ORDERS.items():
        shapes.part(name, order, part, told=False)
    shapes.components.update(forms.components())
    shapes.components["identitySchema"] = {"type": "object"}
    shapes.components["openApiDocument"] = {"type": "object"}
    shapes.components["jsonPatchDocument"] = {"type": "array", "items": shapes.of(PatchStep, told=False)}
    token: JsonObject = {"session_token": {"type": "string"}}
    shapes.components["performNativeLogoutBody"] = {"type": "object", "properties": token, "required": list(token)}


def _security(cookie: str) -> JsonObject:
    return {
        "sessionToken": {"type": "apiKey", "in": "header", "name": "X-Session-Token"},
        "sessionBearer": {"type": "http", "scheme": "bearer"},
        "adminKey": {"type": "http", "scheme": "bearer"},
        "sessionCookie": {"type": "apiKey", "in": "cookie", "name": cookie},
    }


def _sorted(components: JsonObject) -> JsonObject:
    return dict(sorted(components.items()))
