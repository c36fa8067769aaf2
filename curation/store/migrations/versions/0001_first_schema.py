"""The first schema.

The tables are written out here instead of imported from `tables.py`, so that this migration never changes.
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
    CREATE TABLE artifact (
        name TEXT NOT NULL,
        kind TEXT NOT NULL CONSTRAINT ck_artifact_kind CHECK (kind IN ('release', 'run')),
        path TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        detail TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (name)
    )
    """,
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
    CREATE TABLE generation_run (
        id TEXT NOT NULL,
        spec TEXT NOT NULL,
        number INTEGER NOT NULL,
        generator TEXT NOT NULL,
        prompt_version TEXT NOT NULL,
        model TEXT NOT NULL,
        settings TEXT NOT NULL,
        at TEXT NOT NULL,
        ended_at TEXT,
        PRIMARY KEY (id),
        CONSTRAINT uq_generation_run_spec UNIQUE (spec, number)
    )
    """,
    """
    CREATE TABLE label_rename (
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
    CREATE TABLE lot (
        id TEXT NOT NULL,
        generator TEXT NOT NULL,
        prompt_version TEXT NOT NULL,
        model TEXT NOT NULL,
        number INTEGER NOT NULL,
        settings TEXT NOT NULL,
        last_decision INTEGER NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT uq_lot_generator UNIQUE (generator, prompt_version, model, number)
    )
    """,
    """
    CREATE TABLE push (
        id INTEGER NOT NULL,
        queue TEXT NOT NULL,
        settings TEXT NOT NULL,
        labels TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE queue_dataset (
        name TEXT NOT NULL,
        queue TEXT NOT NULL,
        assignee TEXT,
        overlap INTEGER NOT NULL,
        kind TEXT NOT NULL CONSTRAINT ck_queue_dataset_kind CHECK (kind IN ('open', 'blind', 'suspected')),
        options TEXT NOT NULL,
        server_id TEXT,
        responses_read_until TEXT,
        closed_at TEXT,
        at TEXT NOT NULL,
        PRIMARY KEY (name)
    )
    """,
    """
    CREATE TABLE record_group (
        id TEXT NOT NULL,
        declared TEXT NOT NULL,
        assigned_split TEXT NOT NULL CONSTRAINT ck_record_group_assigned_split CHECK (assigned_split IN ('train', 'validation', 'test')),
        why TEXT NOT NULL CONSTRAINT ck_record_group_why CHECK (why IN ('given', 'drawn', 'train_only')),
        stratum TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE setting (
        name TEXT NOT NULL,
        value TEXT NOT NULL,
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
        withdrawn_at TEXT,
        PRIMARY KEY (id),
        CONSTRAINT uq_waiver_gate UNIQUE (gate, "by", reason, until)
    )
    """,
    """
    CREATE TABLE deployment (
        id INTEGER NOT NULL,
        run TEXT NOT NULL,
        "by" TEXT NOT NULL,
        reason TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(run) REFERENCES artifact (name)
    )
    """,
    """
    CREATE TABLE lot_verdict (
        id INTEGER NOT NULL,
        lot_id TEXT NOT NULL,
        verdict TEXT NOT NULL CONSTRAINT ck_lot_verdict_verdict CHECK (verdict IN ('accepted', 'refused', 'fully_reviewed')),
        detail TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT uq_lot_verdict_lot_id UNIQUE (lot_id, verdict),
        FOREIGN KEY(lot_id) REFERENCES lot (id)
    )
    """,
    """
    CREATE TABLE record (
        id TEXT NOT NULL,
        kind TEXT NOT NULL CONSTRAINT ck_record_kind CHECK (kind IN ('intents', 'tools')),
        text TEXT NOT NULL,
        fold_key TEXT NOT NULL,
        group_id TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(group_id) REFERENCES record_group (id)
    )
    """,
    """
    CREATE INDEX ix_record_fold_key ON record (fold_key)
    """,
    """
    CREATE INDEX ix_record_group_id ON record (group_id)
    """,
    """
    CREATE TABLE source (
        id TEXT NOT NULL,
        file_hash TEXT NOT NULL,
        name TEXT NOT NULL,
        settings TEXT NOT NULL,
        origin TEXT NOT NULL CONSTRAINT ck_source_origin CHECK (origin IN ('human', 'log', 'public', 'synthetic')),
        license TEXT NOT NULL,
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
    CREATE TABLE candidate (
        run_id TEXT NOT NULL,
        round INTEGER NOT NULL,
        position INTEGER NOT NULL,
        request_id TEXT,
        record_id TEXT NOT NULL,
        label TEXT NOT NULL,
        detail TEXT NOT NULL,
        outcome TEXT NOT NULL CONSTRAINT ck_candidate_outcome CHECK (outcome IN ('kept', 'known', 'dropped')),
        reason TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (run_id, round, position),
        FOREIGN KEY(run_id) REFERENCES generation_run (id)
    )
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
    CREATE TABLE flag (
        record_id TEXT NOT NULL,
        name TEXT NOT NULL,
        detail TEXT NOT NULL,
        PRIMARY KEY (record_id, name),
        FOREIGN KEY(record_id) REFERENCES record (id)
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
    CREATE TABLE lot_member (
        record_id TEXT NOT NULL,
        lot_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        proposed TEXT,
        PRIMARY KEY (record_id),
        CONSTRAINT uq_lot_member_lot_id UNIQUE (lot_id, position),
        FOREIGN KEY(record_id) REFERENCES record (id),
        FOREIGN KEY(lot_id) REFERENCES lot (id)
    )
    """,
    """
    CREATE TABLE occurrence (
        id INTEGER NOT NULL,
        record_id TEXT NOT NULL,
        source_id TEXT NOT NULL,
        "row" INTEGER NOT NULL,
        given_label TEXT,
        given_split TEXT,
        session TEXT,
        time TEXT,
        PRIMARY KEY (id),
        CONSTRAINT uq_occurrence_source_id UNIQUE (source_id, "row"),
        FOREIGN KEY(record_id) REFERENCES record (id),
        FOREIGN KEY(source_id) REFERENCES source (id)
    )
    """,
    """
    CREATE INDEX ix_occurrence_record_id ON occurrence (record_id)
    """,
    """
    CREATE TABLE queue_item (
        dataset TEXT NOT NULL,
        record_id TEXT NOT NULL,
        queue TEXT NOT NULL,
        push_id INTEGER NOT NULL,
        label_at_push TEXT,
        suggestion TEXT,
        score FLOAT,
        agent TEXT,
        hidden_suggestion TEXT,
        quoted_ids TEXT DEFAULT '[]' NOT NULL,
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
    CREATE UNIQUE INDEX one_active_item_per_queue ON queue_item (queue, record_id) WHERE withdrawn_at IS NULL
    """,
    """
    CREATE TABLE response (
        id INTEGER NOT NULL,
        dataset TEXT NOT NULL,
        record_id TEXT NOT NULL,
        who TEXT NOT NULL,
        status TEXT NOT NULL CONSTRAINT ck_response_status CHECK (status IN ('submitted', 'discarded')),
        content TEXT NOT NULL,
        started_at TEXT NOT NULL,
        answered_at TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT uq_response_dataset UNIQUE (dataset, record_id, who, answered_at),
        FOREIGN KEY(dataset) REFERENCES queue_dataset (name),
        FOREIGN KEY(record_id) REFERENCES record (id)
    )
    """,
    """
    CREATE TABLE suspected_error (
        record_id TEXT NOT NULL,
        "by" TEXT NOT NULL,
        why TEXT NOT NULL,
        quoted_ids TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (record_id, "by"),
        FOREIGN KEY(record_id) REFERENCES record (id)
    )
    """,
    """
    CREATE TRIGGER record_no_update BEFORE UPDATE ON record WHEN NOT (NEW.id IS OLD.id AND NEW.kind IS OLD.kind AND NEW.group_id IS OLD.group_id AND NEW.at IS OLD.at AND NEW.text = '' AND NEW.fold_key = '' AND EXISTS (SELECT 1 FROM forgotten WHERE record_id = OLD.id)) BEGIN SELECT RAISE(ABORT, 'record rows are written once'); END
    """,
    """
    CREATE TRIGGER record_group_no_update BEFORE UPDATE ON record_group WHEN NOT (NEW.id IS OLD.id AND NEW.assigned_split IS OLD.assigned_split AND NEW.why IS OLD.why AND NEW.stratum IS OLD.stratum AND NEW.at IS OLD.at AND NEW.declared = '' AND NOT EXISTS (SELECT 1 FROM record WHERE group_id = OLD.id AND id NOT IN (SELECT record_id FROM forgotten))) BEGIN SELECT RAISE(ABORT, 'record_group rows are written once'); END
    """,
    """
    CREATE TRIGGER occurrence_no_update BEFORE UPDATE ON occurrence WHEN NOT (NEW.id IS OLD.id AND NEW.record_id IS OLD.record_id AND NEW.source_id IS OLD.source_id AND NEW."row" IS OLD."row" AND NEW.given_label IS OLD.given_label AND NEW.given_split IS OLD.given_split AND NEW.session IS NULL AND NEW.time IS NULL AND EXISTS (SELECT 1 FROM forgotten WHERE record_id = OLD.record_id)) BEGIN SELECT RAISE(ABORT, 'occurrence rows are written once'); END
    """,
    """
    CREATE TRIGGER occurrence_no_delete BEFORE DELETE ON occurrence BEGIN SELECT RAISE(ABORT, 'occurrence rows are written once'); END
    """,
    """
    CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision WHEN NOT (NEW.id IS OLD.id AND NEW.record_id IS OLD.record_id AND NEW.actor IS OLD.actor AND NEW.who IS OLD.who AND NEW.kind IS OLD.kind AND NEW.value IS OLD.value AND NEW.turn IS OLD.turn AND NEW.at IS OLD.at AND NEW.source_id IS OLD.source_id AND NEW.why = '' AND EXISTS (SELECT 1 FROM forgotten WHERE record_id = OLD.record_id)) BEGIN SELECT RAISE(ABORT, 'decision rows are written once'); END
    """,
    """
    CREATE TRIGGER decision_no_delete BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'decision rows are written once'); END
    """,
    """
    CREATE TRIGGER artifact_no_update BEFORE UPDATE ON artifact BEGIN SELECT RAISE(ABORT, 'artifact rows are written once'); END
    """,
    """
    CREATE TRIGGER artifact_no_delete BEFORE DELETE ON artifact BEGIN SELECT RAISE(ABORT, 'artifact rows are written once'); END
    """,
    """
    CREATE TRIGGER deployment_no_update BEFORE UPDATE ON deployment BEGIN SELECT RAISE(ABORT, 'deployment rows are written once'); END
    """,
    """
    CREATE TRIGGER deployment_no_delete BEFORE DELETE ON deployment BEGIN SELECT RAISE(ABORT, 'deployment rows are written once'); END
    """,
    """
    CREATE TRIGGER label_rename_no_update BEFORE UPDATE ON label_rename BEGIN SELECT RAISE(ABORT, 'label_rename rows are written once'); END
    """,
    """
    CREATE TRIGGER label_rename_no_delete BEFORE DELETE ON label_rename BEGIN SELECT RAISE(ABORT, 'label_rename rows are written once'); END
    """,
    """
    CREATE TRIGGER forgotten_no_update BEFORE UPDATE ON forgotten BEGIN SELECT RAISE(ABORT, 'forgotten rows are written once'); END
    """,
    """
    CREATE TRIGGER forgotten_no_delete BEFORE DELETE ON forgotten BEGIN SELECT RAISE(ABORT, 'forgotten rows are written once'); END
    """,
    """
    CREATE TRIGGER response_no_update BEFORE UPDATE ON response WHEN NOT (NEW.id IS OLD.id AND NEW.dataset IS OLD.dataset AND NEW.record_id IS OLD.record_id AND NEW.who IS OLD.who AND NEW.status IS OLD.status AND NEW.started_at IS OLD.started_at AND NEW.answered_at IS OLD.answered_at AND NEW.at IS OLD.at AND NEW.content = '{}' AND EXISTS (SELECT 1 FROM forgotten WHERE record_id = OLD.record_id)) BEGIN SELECT RAISE(ABORT, 'response rows are written once'); END
    """,
    """
    CREATE TRIGGER response_no_delete BEFORE DELETE ON response BEGIN SELECT RAISE(ABORT, 'response rows are written once'); END
    """,
    """
    CREATE TRIGGER lot_no_update BEFORE UPDATE ON lot BEGIN SELECT RAISE(ABORT, 'lot rows are written once'); END
    """,
    """
    CREATE TRIGGER lot_no_delete BEFORE DELETE ON lot BEGIN SELECT RAISE(ABORT, 'lot rows are written once'); END
    """,
    """
    CREATE TRIGGER lot_member_no_update BEFORE UPDATE ON lot_member BEGIN SELECT RAISE(ABORT, 'lot_member rows are written once'); END
    """,
    """
    CREATE TRIGGER lot_member_no_delete BEFORE DELETE ON lot_member BEGIN SELECT RAISE(ABORT, 'lot_member rows are written once'); END
    """,
    """
    CREATE TRIGGER lot_verdict_no_update BEFORE UPDATE ON lot_verdict BEGIN SELECT RAISE(ABORT, 'lot_verdict rows are written once'); END
    """,
    """
    CREATE TRIGGER lot_verdict_no_delete BEFORE DELETE ON lot_verdict BEGIN SELECT RAISE(ABORT, 'lot_verdict rows are written once'); END
    """,
    """
    CREATE TRIGGER candidate_no_update BEFORE UPDATE ON candidate WHEN NOT (NEW.run_id IS OLD.run_id AND NEW."round" IS OLD."round" AND NEW.position IS OLD.position AND NEW.request_id IS OLD.request_id AND NEW.record_id IS OLD.record_id AND NEW.label IS OLD.label AND NEW.outcome IS OLD.outcome AND NEW.reason IS OLD.reason AND NEW.at IS OLD.at AND NEW.detail = '{}' AND EXISTS (SELECT 1 FROM forgotten WHERE record_id = OLD.record_id)) BEGIN SELECT RAISE(ABORT, 'candidate rows are written once'); END
    """,
    """
    CREATE TRIGGER candidate_no_delete BEFORE DELETE ON candidate BEGIN SELECT RAISE(ABORT, 'candidate rows are written once'); END
    """,
    """
    CREATE TRIGGER generation_run_no_delete BEFORE DELETE ON generation_run BEGIN SELECT RAISE(ABORT, 'generation_run rows are written once'); END
    """,
    """
    INSERT INTO setting (name, value) VALUES ('surrogate_key', lower(hex(randomblob(32))))
    """,
]
