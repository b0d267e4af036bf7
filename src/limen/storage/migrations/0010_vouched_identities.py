"""What did the protection from accounts made for other people's addresses need? A column that says who vouches for an identity."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it. No release before this one let people set up more than a password and codes by themselves: whoever has
    another credential was brought along by an operator.
    """
    op.add_column("identities", sa.Column("vouched_by", sa.String(64)))
    op.execute(
        "UPDATE identities SET vouched_by = 'operator' WHERE EXISTS (SELECT 1 FROM credentials"
        " WHERE credentials.identity_id = identities.id AND credentials.type NOT IN ('password', 'code'))"
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_column("identities", "vouched_by")
