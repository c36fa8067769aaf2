"""Settings, renamed labels, forgotten records, withdrawn waivers; history may lose the content of what is forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    """
    CREATE TABLE setting (
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (name)
    )
    """,
    """
    INSERT INTO setting (name, value) VALUES ('surrogate_key', lower(hex(randomblob(32))))
    """,
    """
    CREATE TABLE renaming (
        id INTEGER NOT NULL,
        old TEXT NOT NULL,
        new TEXT NOT NULL,
        last_decision INTEGER NOT NULL,
        why TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE forgotten (
        record_id TEXT NOT NULL,
        why TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (record_id),
        FOREIGN KEY(record_id) REFERENCES record (id)
    )
    """,
    """
    ALTER TABLE waiver ADD COLUMN withdrawn_at TEXT
    """,
    """
    DROP TRIGGER record_no_update
    """,
    """
    CREATE TRIGGER record_no_update BEFORE UPDATE ON record WHEN NOT (NEW.id IS OLD.id AND NEW.kind IS OLD.kind AND NEW.family_id IS OLD.family_id AND NEW.at IS OLD.at AND NEW.text = '' AND NEW.fold_key = '' AND EXISTS (SELECT 1 FROM forgotten WHERE record_id = OLD.id)) BEGIN SELECT RAISE(ABORT, 'record rows are written once'); END
    """,
    """
    DROP TRIGGER sighting_no_update
    """,
    """
    CREATE TRIGGER sighting_no_update BEFORE UPDATE ON sighting WHEN NOT (NEW.id IS OLD.id AND NEW.record_id IS OLD.record_id AND NEW.source_id IS OLD.source_id AND NEW."row" IS OLD."row" AND NEW.given_label IS OLD.given_label AND NEW.given_split IS OLD.given_split AND NEW.session IS NULL AND NEW.time IS NULL AND EXISTS (SELECT 1 FROM forgotten WHERE record_id = OLD.record_id)) BEGIN SELECT RAISE(ABORT, 'sighting rows are written once'); END
    """,
    """
    DROP TRIGGER family_no_update
    """,
    """
    CREATE TRIGGER family_no_update BEFORE UPDATE ON family WHEN NOT (NEW.id IS OLD.id AND NEW.reserve IS OLD.reserve AND NEW.why IS OLD.why AND NEW.stratum IS OLD.stratum AND NEW.at IS OLD.at AND NEW.declared = '' AND NOT EXISTS (SELECT 1 FROM record WHERE family_id = OLD.id AND id NOT IN (SELECT record_id FROM forgotten))) BEGIN SELECT RAISE(ABORT, 'family rows are written once'); END
    """,
    """
    DROP TRIGGER decision_no_update
    """,
    """
    CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision WHEN NOT (NEW.id IS OLD.id AND NEW.record_id IS OLD.record_id AND NEW.actor IS OLD.actor AND NEW.who IS OLD.who AND NEW.kind IS OLD.kind AND NEW.value IS OLD.value AND NEW.turn IS OLD.turn AND NEW.at IS OLD.at AND NEW.source_id IS OLD.source_id AND NEW.why = '' AND EXISTS (SELECT 1 FROM forgotten WHERE record_id = OLD.record_id)) BEGIN SELECT RAISE(ABORT, 'decision rows are written once'); END
    """,
    """
    CREATE TRIGGER renaming_no_update BEFORE UPDATE ON renaming BEGIN SELECT RAISE(ABORT, 'renaming rows are written once'); END
    """,
    """
    CREATE TRIGGER renaming_no_delete BEFORE DELETE ON renaming BEGIN SELECT RAISE(ABORT, 'renaming rows are written once'); END
    """,
    """
    CREATE TRIGGER forgotten_no_update BEFORE UPDATE ON forgotten BEGIN SELECT RAISE(ABORT, 'forgotten rows are written once'); END
    """,
    """
    CREATE TRIGGER forgotten_no_delete BEFORE DELETE ON forgotten BEGIN SELECT RAISE(ABORT, 'forgotten rows are written once'); END
    """,
]
