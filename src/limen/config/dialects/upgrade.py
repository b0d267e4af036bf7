"""In which order do the rules turn an old document into today's form?"""

from limen.config.dialects.defaults import sign_in_after_social_sign_up, warn_of_enumeration, write_old_defaults
from limen.config.dialects.detect import CURRENT, age_of
from limen.config.dialects.draft import Draft
from limen.config.dialects.old_paths import keep_old_paths
from limen.config.dialects.report import Kind, Upgraded
from limen.config.dialects.rules_courier import translate_courier
from limen.config.dialects.rules_flows import translate_flows
from limen.config.dialects.rules_hooks import translate_hooks
from limen.config.dialects.rules_methods import translate_methods
from limen.config.dialects.rules_settings import drop_empty_sections, remove_nulls, translate_settings
from limen.config.dialects.rules_urls import translate_urls
from limen.config.dialects.switch_block import read_block, switches_of, write_block
from limen.kernel.json_doc import JsonObject


def upgrade(document: JsonObject) -> Upgraded:
    """The document in today's form. Pure and idempotent; the document handed in is left alone.

    Every rule applies where its old path is present, so files that mix dialects work. What cannot be translated stays
    where it is and is listed in `problems`; a server must not start with it.
    """
    draft = Draft(document, age_of(document))
    read_block(draft)
    remove_nulls(draft)
    translate_urls(draft)
    translate_flows(draft)
    translate_methods(draft)
    translate_settings(draft)
    translate_courier(draft)
    translate_hooks(draft)
    drop_empty_sections(draft)
    write_old_defaults(draft)
    sign_in_after_social_sign_up(draft)
    warn_of_enumeration(draft)
    keep_old_paths(draft)
    switches = switches_of(draft)
    upgraded = _with_version(draft)
    write_block(upgraded, switches)
    return Upgraded(
        document=upgraded,
        changes=tuple(draft.changes),
        notes=tuple(draft.notes),
        problems=tuple(draft.problems),
        switches=switches,
        version=draft.age.text,
        generation=draft.age.generation,
        origins=draft.origins,
    )


def _with_version(draft: Draft) -> JsonObject:
    if not draft.changes or draft.get("version") == CURRENT:
        return draft.document
    kind: Kind = "value changed" if "version" in draft.document else "default made explicit"
    draft.change("version", "version", "version", kind, f"the document is written for {CURRENT} now")
    return {"version": CURRENT, **{key: value for key, value in draft.document.items() if key != "version"}}
