"""What did web hooks need whose answer is ignored? A table of what is still to be delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "deliveries",
        _required("id", 36),
        _required("hook"),
        _required("fingerprint", 64),
        _required("flow_id", 36),
        _required("event", 64),
        _required("target"),
        _required("content_type"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _required("status", 64),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("most_attempts", sa.Integer(), nullable=False),
        _required("answer"),
        _required("created_at", 27),
        _required("updated_at", 27),
        sa.Column("due_at", sa.String(27)),
        sa.Column("expires_at", sa.String(27)),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_hook_due_at", "deliveries", ["hook", "due_at"])
    op.create_index("ix_deliveries_due_at", "deliveries", ["due_at"])
    op.create_index("ix_deliveries_created_at", "deliveries", ["created_at", "id"])
    op.create_index("ix_deliveries_hook", "deliveries", ["hook", "created_at", "id"])
    op.create_index("ix_deliveries_status", "deliveries", ["status", "created_at", "id"])
    op.create_index("ix_deliveries_expires_at", "deliveries", ["expires_at"])


def downgrade() -> None:
    """Remove the table and everything in it."""
    op.drop_table("deliveries")


def _required(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text() if length is None else sa.String(length), nullable=False)
