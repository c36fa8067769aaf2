"""A forgotten record that a machine wrote keeps a hash that recognizes its text in later files."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.text("ALTER TABLE forgotten ADD COLUMN key_hash TEXT"))
