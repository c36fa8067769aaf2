"""A rename can be undone by a later row, as long as no release was frozen after it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    "ALTER TABLE label_rename ADD COLUMN undoes INTEGER REFERENCES label_rename (id)",
    "ALTER TABLE label_rename ADD COLUMN releases INTEGER NOT NULL DEFAULT '0'",
]
