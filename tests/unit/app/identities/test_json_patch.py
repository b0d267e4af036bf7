"""How do the steps of a JSON Patch act on plain values?"""

import msgspec
import pytest

from limen.app.errors import IdentityRefused
from limen.app.identities.json_patch import PatchStep, patched
from limen.kernel.json_doc import JsonObject, JsonValue


def step(op: str, path: str, value: JsonValue = None) -> PatchStep:
    return PatchStep(op=op, path=path, value=msgspec.Raw(msgspec.json.encode(value)))


@pytest.mark.covers("ID-17")
@pytest.mark.parametrize(
    ("op", "path", "value", "expected"),
    [
        ("add", "/b", 1, {"a": [1, 2], "b": 1}),
        ("add", "/a/0", 0, {"a": [0, 1, 2]}),
        ("add", "/a/2", 3, {"a": [1, 2, 3]}),
        ("add", "/a/-", 3, {"a": [1, 2, 3]}),
        ("replace", "/a/1", 3, {"a": [1, 3]}),
        ("replace", "/new", 3, {"a": [1, 2], "new": 3}),
        ("remove", "/a/0", None, {"a": [2]}),
        ("remove", "/a", None, {}),
        ("test", "/a", [1, 2.0], {"a": [1, 2]}),
        ("add", "/~1x~0y", 1, {"a": [1, 2], "/x~y": 1}),
        ("add", "/", 1, {"a": [1, 2], "": 1}),
    ],
)
def test_a_step_changes_what_its_path_names(op: str, path: str, value: JsonValue, expected: JsonObject) -> None:
    assert patched({"a": [1, 2]}, [step(op, path, value)]) == expected


@pytest.mark.covers("ID-17")
@pytest.mark.parametrize(
    ("op", "path"),
    [
        ("add", ""),
        ("add", "a"),
        ("add", "/a/4"),
        ("add", "/a/x"),
        ("add", "/a/01"),
        ("add", "/a/-1"),
        ("add", "/a/²"),
        ("add", "/a/0/b"),
        ("replace", "/a/-"),
        ("replace", "/a/2"),
        ("remove", "/b"),
        ("remove", "/a/2"),
        ("test", "/b"),
        ("test", "/a"),
        ("move", "/a"),
        ("", "/a"),
        ("add", "/b/c"),
        ("add", "/x" * 100),
    ],
)
def test_a_step_that_fits_nowhere_fails(op: str, path: str) -> None:
    with pytest.raises(IdentityRefused):
        patched({"a": [1, 2]}, [step(op, path)])


def test_truth_is_not_one() -> None:
    for document, value in (({"a": True}, 1), ({"a": 1}, True), ({"a": [0]}, [False]), ({"a": {"b": 1}}, {"b": True})):
        with pytest.raises(IdentityRefused):
            patched(dict(document), [step("test", "/a", value)])


def test_a_patch_cannot_grow_without_bounds() -> None:
    nested: JsonValue = 1
    for _ in range(70):
        nested = [nested]
    with pytest.raises(IdentityRefused):
        patched({}, [step("add", "/a", nested)])
    with pytest.raises(IdentityRefused):
        patched({}, [step("add", "/a", 1)] * 1001)
