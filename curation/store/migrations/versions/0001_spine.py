"""The spine: sources, records, sightings, decisions, families, batches, flags, waivers, ledger.

The tables are spelled out here and not taken from `tables.py`, so that this step stays what it was when it ran.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    """
    CREATE TABLE batch (
        id TEXT NOT NULL,
        generator TEXT NOT NULL,
        prompt_version TEXT NOT NULL,
        model TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE family (
        id TEXT NOT NULL,
        declared TEXT NOT NULL,
        reserve TEXT NOT NULL CONSTRAINT ck_family_reserve CHECK (reserve IN ('train', 'validation', 'test')),
        why TEXT NOT NULL CONSTRAINT ck_family_why CHECK (why IN ('given', 'drawn', 'train_only')),
        stratum TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE ledger (
        name TEXT NOT NULL,
        kind TEXT NOT NULL CONSTRAINT ck_ledger_kind CHECK (kind IN ('release', 'run')),
        path TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        detail TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (name)
    )
    """,
    """
    CREATE TABLE waiver (
        id INTEGER NOT NULL,
        gate TEXT NOT NULL,
        "by" TEXT NOT NULL,
        reason TEXT NOT NULL,
        until TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT uq_waiver_gate UNIQUE (gate, "by", reason, until)
    )
    """,
    """
    CREATE TABLE record (
        id TEXT NOT NULL,
        kind TEXT NOT NULL CONSTRAINT ck_record_kind CHECK (kind IN ('intents', 'tools')),
        text TEXT NOT NULL,
        fold_key TEXT NOT NULL,
        family_id TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(family_id) REFERENCES family (id)
    )
    """,
    """
    CREATE INDEX ix_record_family_id ON record (family_id)
    """,
    """
    CREATE INDEX ix_record_fold_key ON record (fold_key)
    """,
    """
    CREATE TABLE source (
        id TEXT NOT NULL,
        file_hash TEXT NOT NULL,
        name TEXT NOT NULL,
        settings TEXT NOT NULL,
        origin TEXT NOT NULL CONSTRAINT ck_source_origin CHECK (origin IN ('human', 'log', 'public', 'synthetic')),
        licence TEXT NOT NULL,
        batch_id TEXT,
        at TEXT NOT NULL,
        retracted_at TEXT,
        retracted_why TEXT,
        PRIMARY KEY (id),
        FOREIGN KEY(batch_id) REFERENCES batch (id)
    )
    """,
    """
    CREATE UNIQUE INDEX one_live_source_per_file ON source (file_hash) WHERE retracted_at IS NULL
    """,
    """
    CREATE TABLE decision (
        id INTEGER NOT NULL,
        record_id TEXT NOT NULL,
        actor TEXT NOT NULL CONSTRAINT ck_decision_actor CHECK (actor IN ('adjudicator', 'person', 'file', 'rule', 'model')),
        who TEXT NOT NULL,
        kind TEXT NOT NULL CONSTRAINT ck_decision_kind CHECK (kind IN ('label', 'rejection', 'correction')),
        value TEXT NOT NULL,
        turn INTEGER DEFAULT '0' NOT NULL,
        why TEXT NOT NULL,
        at TEXT NOT NULL,
        source_id TEXT,
        PRIMARY KEY (id),
        CONSTRAINT uq_decision_record_id UNIQUE (record_id, who, kind, value, turn),
        FOREIGN KEY(record_id) REFERENCES record (id),
        FOREIGN KEY(source_id) REFERENCES source (id)
    )
    """,
    """
    CREATE TABLE flag (
        record_id TEXT NOT NULL,
        name TEXT NOT NULL,
        detail TEXT NOT NULL,
        PRIMARY KEY (record_id, name),
        FOREIGN KEY(record_id) REFERENCES record (id)
    )
    """,
    """
    CREATE TABLE sighting (
        id INTEGER NOT NULL,
        record_id TEXT NOT NULL,
        source_id TEXT NOT NULL,
        "row" INTEGER NOT NULL,
        given_label TEXT,
        given_split TEXT,
        session TEXT,
        time TEXT,
        PRIMARY KEY (id),
        CONSTRAINT uq_sighting_source_id UNIQUE (source_id, "row"),
        FOREIGN KEY(record_id) REFERENCES record (id),
        FOREIGN KEY(source_id) REFERENCES source (id)
    )
    """,
    """
    CREATE INDEX ix_sighting_record_id ON sighting (record_id)
    """,
    """
    CREATE TRIGGER record_no_update BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'record rows are written once'); END
    """,
    """
    CREATE TRIGGER family_no_update BEFORE UPDATE ON family BEGIN SELECT RAISE(ABORT, 'family rows are written once'); END
    """,
    """
    CREATE TRIGGER sighting_no_update BEFORE UPDATE ON sighting BEGIN SELECT RAISE(ABORT, 'sighting rows are written once'); END
    """,
    """
    CREATE TRIGGER sighting_no_delete BEFORE DELETE ON sighting BEGIN SELECT RAISE(ABORT, 'sighting rows are written once'); END
    """,
    """
    CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'decision rows are written once'); END
    """,
    """
    CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'decision rows are written once'); END
    """,
    """
    CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger rows are written once'); END
    """,
    """
    CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger rows are written once'); END
    """,
]
