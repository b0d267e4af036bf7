"""What did changes that wait for a renewed sign-in need? A table of sealed submissions."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "parked",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("identity_id", sa.String(36), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_parked"),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name="fk_parked_identity_id", ondelete="CASCADE"),
    )
    op.create_index("ix_parked_identity_id", "parked", ["identity_id"])
    op.create_index("ix_parked_expires_at", "parked", ["expires_at"])


def downgrade() -> None:
    """Remove the table and everything in it."""
    op.drop_table("parked")
