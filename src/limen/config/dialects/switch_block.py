"""How do behaviour switches survive printing? As the block `x-dialect` of a translated document (§5.3)."""

from typing import Final

import msgspec

from limen.config.dialects.draft import Draft
from limen.config.switches import DialectSwitches
from limen.kernel.json_doc import JsonObject

KEY: Final = "x-dialect"


def read_block(draft: Draft) -> None:
    """Take the switches that an earlier translation wrote. A malformed block is a problem and stays in place."""
    block = draft.get(KEY)
    if block is None:
        return
    try:
        switches = msgspec.convert(block, DialectSwitches)
    except msgspec.ValidationError as error:
        draft.problem(KEY, KEY, f"this block is written by `config upgrade`: {error}")
        return
    unknown = sorted(draft.mapping(KEY).keys() - set(DialectSwitches.__struct_fields__))
    if unknown:
        draft.problem(KEY, KEY, f"this block is written by `config upgrade` and has no key {', '.join(unknown)}")
        return
    draft.take(KEY)
    draft.login_without_session.update(switches.login_without_session)
    draft.ignore_return_to.update(switches.ignore_return_to)
    draft.before_redirect.update(switches.before_redirect)
    draft.wrap_identity_schemas = switches.wrap_identity_schemas
    draft.old_paths = switches.old_paths


def switches_of(draft: Draft) -> DialectSwitches:
    """The switches that the rules set."""
    return DialectSwitches(
        login_without_session=frozenset(draft.login_without_session),
        ignore_return_to=frozenset(draft.ignore_return_to),
        before_redirect=dict(draft.before_redirect),
        wrap_identity_schemas=draft.wrap_identity_schemas,
        old_paths=draft.old_paths,
    )


def write_block(document: JsonObject, switches: DialectSwitches) -> None:
    """Write the switches that are set at the end of the document; nothing when none is."""
    block: JsonObject = {}
    if switches.login_without_session:
        block["login_without_session"] = [*sorted(switches.login_without_session)]
    if switches.ignore_return_to:
        block["ignore_return_to"] = [[flow, method] for flow, method in sorted(switches.ignore_return_to)]
    if switches.before_redirect:
        block["before_redirect"] = {**switches.before_redirect}
    if switches.wrap_identity_schemas:
        block["wrap_identity_schemas"] = True
    if switches.old_paths:
        block["old_paths"] = switches.old_paths
    if block:
        document[KEY] = block
