"""Sources, batches, generation runs, waivers, settings and pushes are written once; records and groups are not deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    """
    CREATE TRIGGER batch_no_update BEFORE UPDATE ON batch BEGIN SELECT RAISE(ABORT, 'batch rows are written once'); END
    """,
    """
    CREATE TRIGGER batch_no_delete BEFORE DELETE ON batch BEGIN SELECT RAISE(ABORT, 'batch rows are written once'); END
    """,
    """
    CREATE TRIGGER source_no_update BEFORE UPDATE ON source WHEN NOT (NEW.id IS OLD.id AND NEW.file_hash IS OLD.file_hash AND NEW.name IS OLD.name AND NEW.settings IS OLD.settings AND NEW.origin IS OLD.origin AND NEW.license IS OLD.license AND NEW.batch_id IS OLD.batch_id AND NEW.at IS OLD.at AND OLD.retracted_at IS NULL AND NEW.retracted_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'source rows are written once'); END
    """,
    """
    CREATE TRIGGER source_no_delete BEFORE DELETE ON source BEGIN SELECT RAISE(ABORT, 'source rows are written once'); END
    """,
    """
    CREATE TRIGGER record_no_delete BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'record rows are written once'); END
    """,
    """
    CREATE TRIGGER record_group_no_delete BEFORE DELETE ON record_group BEGIN SELECT RAISE(ABORT, 'record_group rows are written once'); END
    """,
    """
    CREATE TRIGGER generation_run_no_update BEFORE UPDATE ON generation_run WHEN NOT (NEW.id IS OLD.id AND NEW.spec IS OLD.spec AND NEW.number IS OLD.number AND NEW.generator IS OLD.generator AND NEW.prompt_version IS OLD.prompt_version AND NEW.model IS OLD.model AND NEW.settings IS OLD.settings AND NEW.at IS OLD.at AND OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'generation_run rows are written once'); END
    """,
    """
    CREATE TRIGGER waiver_no_update BEFORE UPDATE ON waiver WHEN NOT (NEW.id IS OLD.id AND NEW.gate IS OLD.gate AND NEW.by IS OLD.by AND NEW.reason IS OLD.reason AND NEW.until IS OLD.until AND NEW.at IS OLD.at AND NEW.withdrawn_at IS NOT OLD.withdrawn_at) BEGIN SELECT RAISE(ABORT, 'waiver rows are written once'); END
    """,
    """
    CREATE TRIGGER waiver_no_delete BEFORE DELETE ON waiver BEGIN SELECT RAISE(ABORT, 'waiver rows are written once'); END
    """,
    """
    CREATE TRIGGER setting_no_update BEFORE UPDATE ON setting BEGIN SELECT RAISE(ABORT, 'setting rows are written once'); END
    """,
    """
    CREATE TRIGGER setting_no_delete BEFORE DELETE ON setting BEGIN SELECT RAISE(ABORT, 'setting rows are written once'); END
    """,
    """
    CREATE TRIGGER push_no_update BEFORE UPDATE ON push BEGIN SELECT RAISE(ABORT, 'push rows are written once'); END
    """,
    """
    CREATE TRIGGER push_no_delete BEFORE DELETE ON push BEGIN SELECT RAISE(ABORT, 'push rows are written once'); END
    """,
]
