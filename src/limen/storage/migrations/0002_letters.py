"""What came second? Messages to people, and the attempts to deliver them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _letters()
    _dispatches()


def downgrade() -> None:
    """Remove the tables and everything in them."""
    op.drop_table("dispatches")
    op.drop_table("letters")


def _required(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text() if length is None else sa.String(length), nullable=False)


def _letters() -> None:
    op.create_table(
        "letters",
        _required("id", 36),
        _required("via", 64),
        _required("status", 64),
        _required("template", 64),
        _required("recipient"),
        _required("subject"),
        _required("body"),
        _required("html"),
        _required("data"),
        _required("request_headers"),
        sa.Column("send_count", sa.Integer(), nullable=False),
        _required("created_at", 27),
        _required("updated_at", 27),
        sa.Column("due_at", sa.String(27)),
        sa.PrimaryKeyConstraint("id", name="pk_letters"),
    )
    op.create_index("ix_letters_due_at", "letters", ["due_at", "created_at", "id"])
    op.create_index("ix_letters_waiting", "letters", ["recipient", "due_at"])
    op.create_index("ix_letters_created_at", "letters", ["created_at", "id"])
    op.create_index("ix_letters_recipient", "letters", ["recipient", "created_at", "id"])
    op.create_index("ix_letters_status", "letters", ["status", "created_at", "id"])


def _dispatches() -> None:
    op.create_table(
        "dispatches",
        _required("id", 36),
        _required("letter_id", 36),
        _required("status", 64),
        sa.Column("error", sa.Text()),
        _required("created_at", 27),
        sa.PrimaryKeyConstraint("id", name="pk_dispatches"),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name="fk_dispatches_letter_id", ondelete="CASCADE"),
    )
    op.create_index("ix_dispatches_letter_id", "dispatches", ["letter_id", "created_at"])
