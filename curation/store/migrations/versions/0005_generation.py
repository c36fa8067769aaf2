"""Generation: what was asked of whom, what it cost, what became of every candidate, and whom a judge suspects."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    """
    CREATE TABLE generation (
        id TEXT NOT NULL,
        asked TEXT NOT NULL,
        number INTEGER NOT NULL,
        generator TEXT NOT NULL,
        prompt_version TEXT NOT NULL,
        model TEXT NOT NULL,
        settings TEXT NOT NULL,
        at TEXT NOT NULL,
        ended_at TEXT,
        PRIMARY KEY (id),
        CONSTRAINT uq_generation_asked UNIQUE (asked, number)
    )
    """,
    """
    CREATE TABLE question (
        id TEXT NOT NULL,
        run_id TEXT NOT NULL,
        stage TEXT NOT NULL CONSTRAINT ck_question_stage CHECK (stage IN ('write', 'judge')),
        round INTEGER NOT NULL,
        position INTEGER NOT NULL,
        hash TEXT NOT NULL,
        draw INTEGER NOT NULL,
        body TEXT NOT NULL,
        about TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT uq_question_hash UNIQUE (hash, draw),
        CONSTRAINT uq_question_run_id UNIQUE (run_id, stage, round, position),
        FOREIGN KEY(run_id) REFERENCES generation (id)
    )
    """,
    """
    CREATE TABLE submission (
        id TEXT NOT NULL,
        run_id TEXT NOT NULL,
        process TEXT NOT NULL,
        remote_id TEXT,
        state TEXT NOT NULL CONSTRAINT ck_submission_state CHECK (state IN ('submitting', 'submitted', 'collected', 'gone')),
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(run_id) REFERENCES generation (id),
        CONSTRAINT uq_submission_remote_id UNIQUE (remote_id)
    )
    """,
    """
    CREATE TABLE attempt (
        id INTEGER NOT NULL,
        question_id TEXT NOT NULL,
        process TEXT NOT NULL,
        submission_id TEXT,
        state TEXT NOT NULL CONSTRAINT ck_attempt_state CHECK (state IN ('in_flight', 'received', 'unbilled', 'lost')),
        reserved INTEGER NOT NULL,
        cost INTEGER,
        input_tokens INTEGER,
        cache_write_tokens INTEGER,
        cache_read_tokens INTEGER,
        output_tokens INTEGER,
        outcome TEXT DEFAULT '' NOT NULL,
        sent_at TEXT NOT NULL,
        ended_at TEXT,
        PRIMARY KEY (id),
        FOREIGN KEY(question_id) REFERENCES question (id),
        FOREIGN KEY(submission_id) REFERENCES submission (id)
    )
    """,
    """
    CREATE UNIQUE INDEX one_answer_per_question ON attempt (question_id) WHERE state = 'received'
    """,
    """
    CREATE UNIQUE INDEX one_in_flight_per_question ON attempt (question_id) WHERE state = 'in_flight'
    """,
    """
    CREATE TABLE candidate (
        run_id TEXT NOT NULL,
        round INTEGER NOT NULL,
        position INTEGER NOT NULL,
        question_id TEXT,
        record_id TEXT NOT NULL,
        label TEXT NOT NULL,
        detail TEXT NOT NULL,
        outcome TEXT NOT NULL CONSTRAINT ck_candidate_outcome CHECK (outcome IN ('kept', 'known', 'dropped')),
        reason TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (run_id, round, position),
        FOREIGN KEY(run_id) REFERENCES generation (id),
        FOREIGN KEY(question_id) REFERENCES question (id)
    )
    """,
    """
    CREATE TABLE suspicion (
        record_id TEXT NOT NULL,
        "by" TEXT NOT NULL,
        why TEXT NOT NULL,
        quotes TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (record_id, "by"),
        FOREIGN KEY(record_id) REFERENCES record (id)
    )
    """,
    """
    CREATE TRIGGER candidate_no_update BEFORE UPDATE ON candidate WHEN NOT (NEW.run_id IS OLD.run_id AND NEW."round" IS OLD."round" AND NEW.position IS OLD.position AND NEW.question_id IS OLD.question_id AND NEW.record_id IS OLD.record_id AND NEW.label IS OLD.label AND NEW.outcome IS OLD.outcome AND NEW.reason IS OLD.reason AND NEW.at IS OLD.at AND NEW.detail = '{}' AND EXISTS (SELECT 1 FROM forgotten WHERE record_id = OLD.record_id)) BEGIN SELECT RAISE(ABORT, 'candidate rows are written once'); END
    """,
    """
    CREATE TRIGGER candidate_no_delete BEFORE DELETE ON candidate BEGIN SELECT RAISE(ABORT, 'candidate rows are written once'); END
    """,
    """
    CREATE TRIGGER generation_no_delete BEFORE DELETE ON generation BEGIN SELECT RAISE(ABORT, 'generation rows are written once'); END
    """,
    """
    CREATE TRIGGER question_no_delete BEFORE DELETE ON question BEGIN SELECT RAISE(ABORT, 'question rows are written once'); END
    """,
    """
    CREATE TRIGGER attempt_no_delete BEFORE DELETE ON attempt BEGIN SELECT RAISE(ABORT, 'attempt rows are written once'); END
    """,
    """
    CREATE TRIGGER submission_no_delete BEFORE DELETE ON submission BEGIN SELECT RAISE(ABORT, 'submission rows are written once'); END
    """,
]
