"""What did one-time codes and links need? A table of their HMACs, and one that counts wrong guesses for each address."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "one_time_secrets",
        _required("id", 36),
        _required("purpose", 64),
        sa.Column("flow_id", sa.String(36)),
        sa.Column("identity_id", sa.String(36)),
        _required("address"),
        _required("via", 64),
        sa.Column("hmac", sa.LargeBinary(), nullable=False),
        _required("issued_at", 27),
        _required("expires_at", 27),
        sa.Column("used_at", sa.String(27)),
        sa.Column("admin", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_secrets"),
        sa.ForeignKeyConstraint(["flow_id"], ["flows.id"], name="fk_one_time_secrets_flow_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name="fk_one_time_secrets_identity_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_one_time_secrets_flow_id", "one_time_secrets", ["flow_id", "purpose"])
    op.create_index("ix_one_time_secrets_identity_id", "one_time_secrets", ["identity_id"])
    op.create_index("ix_one_time_secrets_hmac", "one_time_secrets", ["hmac"])
    op.create_index("ix_one_time_secrets_expires_at", "one_time_secrets", ["expires_at"])
    op.create_table(
        "wrong_guesses",
        _required("id", 36),
        _required("address"),
        _required("guessed_at", 27),
        _required("expires_at", 27),
        sa.PrimaryKeyConstraint("id", name="pk_wrong_guesses"),
    )
    op.create_index("ix_wrong_guesses_address", "wrong_guesses", ["address", "guessed_at"])
    op.create_index("ix_wrong_guesses_expires_at", "wrong_guesses", ["expires_at"])


def downgrade() -> None:
    """Remove both tables: codes and links that were sent stop working."""
    op.drop_table("wrong_guesses")
    op.drop_table("one_time_secrets")


def _required(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text() if length is None else sa.String(length), nullable=False)
