"""What was there first? Identities, their credentials and addresses, sessions, flows and error pages."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _identities()
    _credentials()
    _addresses("verifiable_addresses")
    _addresses("recovery_addresses")
    _sessions()
    _flows()
    _error_pages()


def downgrade() -> None:
    """Remove the tables and everything in them."""
    for table in (
        "error_pages",
        "flows",
        "sessions",
        "recovery_addresses",
        "verifiable_addresses",
        "credential_identifiers",
        "credentials",
        "identities",
    ):
        op.drop_table(table)


def _required(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text() if length is None else sa.String(length), nullable=False)


def _owner(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    name = f"fk_{table}_identity_id"
    reference = sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name=name, ondelete="CASCADE")
    return _required("identity_id", 36), reference


def _identities() -> None:
    op.create_table(
        "identities",
        _required("id", 36),
        _required("schema_id"),
        _required("state", 64),
        _required("state_changed_at", 27),
        _required("traits"),
        _required("verifiable_addresses"),
        _required("recovery_addresses"),
        sa.Column("metadata_public", sa.Text()),
        sa.Column("metadata_admin", sa.Text()),
        sa.Column("external_id", sa.Text()),
        sa.Column("organization_id", sa.Text()),
        sa.Column("region", sa.Text()),
        sa.Column("available_aal", sa.String(64)),
        _required("created_at", 27),
        _required("updated_at", 27),
        sa.PrimaryKeyConstraint("id", name="pk_identities"),
    )
    op.create_index("uq_identities_external_id", "identities", ["external_id"], unique=True)
    op.create_index("ix_identities_organization_id", "identities", ["organization_id", "id"])


def _credentials() -> None:
    op.create_table(
        "credentials",
        *_owner("credentials"),
        _required("type", 64),
        _required("identifiers"),
        _required("config"),
        sa.Column("version", sa.Integer(), nullable=False),
        _required("created_at", 27),
        _required("updated_at", 27),
        sa.PrimaryKeyConstraint("identity_id", "type", name="pk_credentials"),
    )
    op.create_table(
        "credential_identifiers",
        _required("identifier"),
        _required("type", 64),
        *_owner("credential_identifiers"),
        sa.PrimaryKeyConstraint("identifier", "type", name="pk_credential_identifiers"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_credential_identifiers_identity_id", "credential_identifiers", ["identity_id"])


def _addresses(table: str) -> None:
    op.create_table(
        table,
        _required("value"),
        _required("via", 64),
        *_owner(table),
        sa.PrimaryKeyConstraint("value", "via", name=f"pk_{table}"),
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{table}_identity_id", table, ["identity_id"])


def _sessions() -> None:
    op.create_table(
        "sessions",
        _required("id", 36),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        *_owner("sessions"),
        sa.Column("active", sa.Boolean(), nullable=False),
        _required("aal", 64),
        _required("methods"),
        _required("devices"),
        _required("authenticated_at", 27),
        _required("issued_at", 27),
        _required("expires_at", 27),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index("uq_sessions_token_hash", "sessions", ["token_hash"], unique=True)
    op.create_index("ix_sessions_identity_id", "sessions", ["identity_id", "issued_at", "id"])
    op.create_index("ix_sessions_issued_at", "sessions", ["issued_at", "id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])


def _flows() -> None:
    op.create_table(
        "flows",
        _required("id", 36),
        _required("kind", 64),
        _required("type", 64),
        _required("state", 64),
        _required("issued_at", 27),
        _required("expires_at", 27),
        _required("request_url"),
        _required("return_to"),
        _required("csrf_token"),
        sa.Column("active", sa.Text()),
        _required("form"),
        _required("detail"),
        sa.Column("transient_payload", sa.Text()),
        _required("internal"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_flows"),
    )
    op.create_index("ix_flows_expires_at", "flows", ["expires_at"])


def _error_pages() -> None:
    op.create_table(
        "error_pages",
        _required("id", 36),
        _required("error"),
        _required("csrf_token"),
        _required("created_at", 27),
        sa.Column("seen_at", sa.String(27)),
        _required("expires_at", 27),
        sa.PrimaryKeyConstraint("id", name="pk_error_pages"),
    )
    op.create_index("ix_error_pages_expires_at", "error_pages", ["expires_at"])
