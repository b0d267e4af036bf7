"""What did looking at hooks need? A table of which of them ran."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "hook_runs",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("flow_id", sa.String(36), nullable=False),
        sa.Column("flow_kind", sa.String(64), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("hook", sa.String(64), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("began_at", sa.String(27), nullable=False),
        sa.Column("took_us", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hook_runs"),
    )
    op.create_index("ix_hook_runs_flow_id", "hook_runs", ["flow_id", "id"])
    op.create_index("ix_hook_runs_expires_at", "hook_runs", ["expires_at"])


def downgrade() -> None:
    """Remove the table and everything in it."""
    op.drop_table("hook_runs")
