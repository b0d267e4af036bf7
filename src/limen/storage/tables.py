"""Which tables are there? Declared once for every dialect; `migrations/` leads an empty database to exactly these.

Times are text of fixed width in UTC (`2026-11-21T10:00:00.123456Z`): they sort as they are and reach the wire unparsed.
JSON is text for the same reason. What a list in JSON holds is the truth for reading; the small tables beside it exist for
uniqueness and for looking up.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from limen.storage.constraints import ONE_EXTERNAL_ID

METADATA: Final = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"},
)


def _id() -> String:
    return String(36)


def _instant() -> String:
    return String(27)


def _word() -> String:
    return String(64)


def _owner() -> Column[str]:
    return Column("identity_id", _id(), ForeignKey("identities.id", ondelete="CASCADE"), nullable=False)


IDENTITIES: Final = Table(
    "identities",
    METADATA,
    Column("id", _id(), primary_key=True),
    Column("schema_id", Text, nullable=False),
    Column("state", _word(), nullable=False),
    Column("state_changed_at", _instant(), nullable=False),
    Column("traits", Text, nullable=False),
    Column("verifiable_addresses", Text, nullable=False),
    Column("recovery_addresses", Text, nullable=False),
    Column("metadata_public", Text),
    Column("metadata_admin", Text),
    Column("external_id", Text),
    Column("organization_id", Text),
    Column("region", Text),
    Column("available_aal", _word()),
    Column("created_at", _instant(), nullable=False),
    Column("updated_at", _instant(), nullable=False),
    Column("vouched_by", _word()),
    Index(ONE_EXTERNAL_ID, "external_id", unique=True),
    Index("ix_identities_organization_id", "organization_id", "id"),
)

CREDENTIALS: Final = Table(
    "credentials",
    METADATA,
    _owner(),
    Column("type", _word(), nullable=False),
    Column("identifiers", Text, nullable=False),
    Column("config", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", _instant(), nullable=False),
    Column("updated_at", _instant(), nullable=False),
    PrimaryKeyConstraint("identity_id", "type"),
)

CREDENTIAL_IDENTIFIERS: Final = Table(
    "credential_identifiers",
    METADATA,
    Column("identifier", Text, nullable=False),
    Column("type", _word(), nullable=False),
    _owner(),
    PrimaryKeyConstraint("identifier", "type"),
    Index("ix_credential_identifiers_identity_id", "identity_id"),
    sqlite_with_rowid=False,
)

VERIFIABLE_ADDRESSES: Final = Table(
    "verifiable_addresses",
    METADATA,
    Column("value", Text, nullable=False),
    Column("via", _word(), nullable=False),
    _owner(),
    PrimaryKeyConstraint("value", "via"),
    Index("ix_verifiable_addresses_identity_id", "identity_id"),
    sqlite_with_rowid=False,
)

RECOVERY_ADDRESSES: Final = Table(
    "recovery_addresses",
    METADATA,
    Column("value", Text, nullable=False),
    Column("via", _word(), nullable=False),
    _owner(),
    PrimaryKeyConstraint("value", "via"),
    Index("ix_recovery_addresses_identity_id", "identity_id"),
    sqlite_with_rowid=False,
)

SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("id", _id(), primary_key=True),
    Column("token_hash", LargeBinary, nullable=False),
    _owner(),
    Column("active", Boolean, nullable=False),
    Column("aal", _word(), nullable=False),
    Column("methods", Text, nullable=False),
    Column("devices", Text, nullable=False),
    Column("authenticated_at", _instant(), nullable=False),
    Column("issued_at", _instant(), nullable=False),
    Column("expires_at", _instant(), nullable=False),
    Index("uq_sessions_token_hash", "token_hash", unique=True),
    Index("ix_sessions_identity_id", "identity_id", "issued_at", "id"),
    Index("ix_sessions_issued_at", "issued_at", "id"),
    Index("ix_sessions_expires_at", "expires_at"),
)

FLOWS: Final = Table(
    "flows",
    METADATA,
    Column("id", _id(), primary_key=True),
    Column("kind", _word(), nullable=False),
    Column("type", _word(), nullable=False),
    Column("state", _word(), nullable=False),
    Column("issued_at", _instant(), nullable=False),
    Column("expires_at", _instant(), nullable=False),
    Column("request_url", Text, nullable=False),
    Column("return_to", Text, nullable=False),
    Column("csrf_token", Text, nullable=False),
    Column("active", Text),
    Column("form", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("transient_payload", Text),
    Column("internal", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_flows_expires_at", "expires_at"),
)

ERROR_PAGES: Final = Table(
    "error_pages",
    METADATA,
    Column("id", _id(), primary_key=True),
    Column("error", Text, nullable=False),
    Column("csrf_token", Text, nullable=False),
    Column("created_at", _instant(), nullable=False),
    Column("seen_at", _instant()),
    Column("expires_at", _instant(), nullable=False),
    Index("ix_error_pages_expires_at", "expires_at"),
)

ONE_TIME_SECRETS: Final = Table(
    "one_time_secrets",
    METADATA,
    Column("id", _id(), primary_key=True),
    Column("purpose", _word(), nullable=False),
    Column("flow_id", _id(), ForeignKey("flows.id", ondelete="CASCADE")),
    Column("identity_id", _id(), ForeignKey("identities.id", ondelete="CASCADE")),
    Column("address", Text, nullable=False),
    Column("via", _word(), nullable=False),
    Column("hmac", LargeBinary, nullable=False),
    Column("issued_at", _instant(), nullable=False),
    Column("expires_at", _instant(), nullable=False),
    Column("used_at", _instant()),
    Column("admin", Boolean, nullable=False),
    Index("ix_one_time_secrets_flow_id", "flow_id", "purpose"),
    Index("ix_one_time_secrets_identity_id", "identity_id"),
    Index("ix_one_time_secrets_hmac", "hmac"),
    Index("ix_one_time_secrets_expires_at", "expires_at"),
)

WRONG_GUESSES: Final = Table(
    "wrong_guesses",
    METADATA,
    Column("id", _id(), primary_key=True),
    Column("address", Text, nullable=False),
    Column("guessed_at", _instant(), nullable=False),
    Column("expires_at", _instant(), nullable=False),
    Index("ix_wrong_guesses_address", "address", "guessed_at"),
    Index("ix_wrong_guesses_expires_at", "expires_at"),
)

LETTERS: Final = Table(
    "letters",
    METADATA,
    Column("id", _id(), primary_key=True),
    Column("via", _word(), nullable=False),
    Column("status", _word(), nullable=False),
    Column("template", _word(), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("request_headers", Text, nullable=False),
    Column("send_count", Integer, nullable=False),
    Column("created_at", _instant(), nullable=False),
    Column("updated_at", _instant(), nullable=False),
    Column("due_at", _instant()),
    Index("ix_letters_due_at", "due_at", "created_at", "id"),
    Index("ix_letters_waiting", "recipient", "due_at"),
    Index("ix_letters_created_at", "created_at", "id"),
    Index("ix_letters_recipient", "recipient", "created_at", "id"),
    Index("ix_letters_status", "status", "created_at", "id"),
)
"""Messages. `due_at` is null once nothing is to be done any more, so that what waits is found along a small index."""

DISPATCHES: Final = Table(
    "dispatches",
    METADATA,
    Column("id", _id(), primary_key=True),
    Column("letter_id", _id(), ForeignKey("letters.id", ondelete="CASCADE"), nullable=False),
    Column("status", _word(), nullable=False),
    Column("error", Text),
    Column("created_at", _instant(), nullable=False),
    Index("ix_dispatches_letter_id", "letter_id", "created_at"),
)

PARKED: Final = Table(
    "parked",
    METADATA,
    Column("id", _word(), primary_key=True),
    Column("name", _word(), nullable=False),
    _owner(),
    Column("payload", Text, nullable=False),
    Column("expires_at", _instant(), nullable=False),
    Index("ix_parked_identity_id", "identity_id"),
    Index("ix_parked_expires_at", "expires_at"),
)

LIMITS: Final = Table(
    "limits",
    METADATA,
    Column("id", _word(), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("expires_at", _instant(), nullable=False),
    Index("ix_limits_expires_at", "expires_at"),
)
"""Counters. `id` is a hash of what is counted, for whom, and in which window."""

ASKED: Final = Table(
    "asked",
    METADATA,
    Column("id", _id(), primary_key=True),
    Column("flow_id", _id(), nullable=False),
    Column("kind", _word(), nullable=False),
    Column("method", _word(), nullable=False),
    Column("address", Text, nullable=False),
    Column("via", _word(), nullable=False),
    Column("language", Text, nullable=False),
    Column("headers", Text, nullable=False),
    Column("asked_at", _instant(), nullable=False),
    Column("due_at", _instant(), nullable=False),
    Index("ix_asked_due_at", "due_at"),
)
"""Messages that were promised and are not made yet (docs/adr/0016). A row lives for milliseconds."""

HOOK_RUNS: Final = Table(
    "hook_runs",
    METADATA,
    Column("id", _word(), primary_key=True),
    Column("flow_id", _id(), nullable=False),
    Column("flow_kind", _word(), nullable=False),
    Column("event", _word(), nullable=False),
    Column("hook", _word(), nullable=False),
    Column("label", Text, nullable=False),
    Column("began_at", _instant(), nullable=False),
    Column("took_us", Integer, nullable=False),
    Column("outcome", _word(), nullable=False),
    Column("answer", Text, nullable=False),
    Column("expires_at", _instant(), nullable=False),
    Index("ix_hook_runs_flow_id", "flow_id", "id"),
    Index("ix_hook_runs_expires_at", "expires_at"),
)
"""Which hooks ran. Without a foreign key: a hook that refuses a new form runs for one that is never stored."""

DELIVERIES: Final = Table(
    "deliveries",
    METADATA,
    Column("id", _id(), primary_key=True),
    Column("hook", Text, nullable=False),
    Column("fingerprint", _word(), nullable=False),
    Column("flow_id", _id(), nullable=False),
    Column("event", _word(), nullable=False),
    Column("target", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("status", _word(), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("most_attempts", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    Column("created_at", _instant(), nullable=False),
    Column("updated_at", _instant(), nullable=False),
    Column("due_at", _instant()),
    Column("expires_at", _instant()),
    Index("ix_deliveries_hook_due_at", "hook", "due_at"),
    Index("ix_deliveries_due_at", "due_at"),
    Index("ix_deliveries_created_at", "created_at", "id"),
    Index("ix_deliveries_hook", "hook", "created_at", "id"),
    Index("ix_deliveries_status", "status", "created_at", "id"),
    Index("ix_deliveries_expires_at", "expires_at"),
)
"""Calls of web hooks that nobody waits for. `due_at` is null once nothing is to be done, `expires_at` until then."""

ADMIN_KEYS: Final = Table(
    "admin_keys",
    METADATA,
    Column("id", _id(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("scopes", _word(), nullable=False),
    Column("created_at", _instant(), nullable=False),
    Column("expires_at", _instant()),
    Column("revoked_at", _instant()),
)

AUDIT_ENTRIES: Final = Table(
    "audit_entries",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("made_at", _instant(), nullable=False),
    Column("actor", Text, nullable=False),
    Column("key_id", _id(), nullable=False),
    Column("peer", _word(), nullable=False),
    Column("operation", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("change", Text, nullable=False),
    Column("previous", _word(), nullable=False),
    Column("hash", _word(), nullable=False),
)
"""What operators changed: a chain, each entry with the hash of the one before. It only grows (docs/adr/0022)."""
