"""Queues: pushes, Argilla datasets, the records placed in them, and answers; a decision may be an abstention."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    """
    CREATE TABLE push (
        id INTEGER NOT NULL,
        queue TEXT NOT NULL CONSTRAINT ck_push_queue CHECK (queue IN ('label', 'review', 'relabel', 'adjudicate', 'audit')),
        settings TEXT NOT NULL,
        labels TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE queue_dataset (
        name TEXT NOT NULL,
        queue TEXT NOT NULL CONSTRAINT ck_queue_dataset_queue CHECK (queue IN ('label', 'review', 'relabel', 'adjudicate', 'audit')),
        assignee TEXT,
        overlap INTEGER NOT NULL,
        options TEXT NOT NULL,
        server_id TEXT,
        seen_until TEXT,
        closed_at TEXT,
        at TEXT NOT NULL,
        PRIMARY KEY (name)
    )
    """,
    """
    CREATE TABLE queued (
        dataset TEXT NOT NULL,
        record_id TEXT NOT NULL,
        queue TEXT NOT NULL CONSTRAINT ck_queued_queue CHECK (queue IN ('label', 'review', 'relabel', 'adjudicate', 'audit')),
        push_id INTEGER NOT NULL,
        label_then TEXT,
        suggestion TEXT,
        score FLOAT,
        agent TEXT,
        delivered_at TEXT,
        withdrawn_at TEXT,
        at TEXT NOT NULL,
        PRIMARY KEY (dataset, record_id),
        FOREIGN KEY(dataset) REFERENCES queue_dataset (name),
        FOREIGN KEY(record_id) REFERENCES record (id),
        FOREIGN KEY(push_id) REFERENCES push (id)
    )
    """,
    """
    CREATE UNIQUE INDEX one_place_per_queue ON queued (queue, record_id) WHERE withdrawn_at IS NULL
    """,
    """
    CREATE TABLE answer (
        id INTEGER NOT NULL,
        dataset TEXT NOT NULL,
        record_id TEXT NOT NULL,
        who TEXT NOT NULL,
        status TEXT NOT NULL CONSTRAINT ck_answer_status CHECK (status IN ('submitted', 'discarded')),
        content TEXT NOT NULL,
        begun_at TEXT NOT NULL,
        answered_at TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT uq_answer_dataset UNIQUE (dataset, record_id, who, answered_at),
        FOREIGN KEY(dataset) REFERENCES queue_dataset (name),
        FOREIGN KEY(record_id) REFERENCES record (id)
    )
    """,
    """
    ALTER TABLE decision RENAME TO decision_before
    """,
    """
    CREATE TABLE decision (
        id INTEGER NOT NULL,
        record_id TEXT NOT NULL,
        actor TEXT NOT NULL CONSTRAINT ck_decision_actor CHECK (actor IN ('adjudicator', 'person', 'file', 'rule', 'model')),
        who TEXT NOT NULL,
        kind TEXT NOT NULL CONSTRAINT ck_decision_kind CHECK (kind IN ('label', 'rejection', 'correction', 'abstention')),
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
    INSERT INTO decision SELECT * FROM decision_before
    """,
    """
    DROP TABLE decision_before
    """,
    """
    CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision WHEN NOT (NEW.id IS OLD.id AND NEW.record_id IS OLD.record_id AND NEW.actor IS OLD.actor AND NEW.who IS OLD.who AND NEW.kind IS OLD.kind AND NEW.value IS OLD.value AND NEW.turn IS OLD.turn AND NEW.at IS OLD.at AND NEW.source_id IS OLD.source_id AND NEW.why = '' AND EXISTS (SELECT 1 FROM forgotten WHERE record_id = OLD.record_id)) BEGIN SELECT RAISE(ABORT, 'decision rows are written once'); END
    """,
    """
    CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'decision rows are written once'); END
    """,
    """
    CREATE TRIGGER answer_no_update BEFORE UPDATE ON answer WHEN NOT (NEW.id IS OLD.id AND NEW.dataset IS OLD.dataset AND NEW.record_id IS OLD.record_id AND NEW.who IS OLD.who AND NEW.status IS OLD.status AND NEW.begun_at IS OLD.begun_at AND NEW.answered_at IS OLD.answered_at AND NEW.at IS OLD.at AND NEW.content = '{}' AND EXISTS (SELECT 1 FROM forgotten WHERE record_id = OLD.record_id)) BEGIN SELECT RAISE(ABORT, 'answer rows are written once'); END
    """,
    """
    CREATE TRIGGER answer_no_delete BEFORE DELETE ON answer BEGIN SELECT RAISE(ABORT, 'answer rows are written once'); END
    """,
]
