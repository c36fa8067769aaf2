"""Rows that are written once are not replaced by an insertion with the same key either."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    """
    CREATE TRIGGER batch_no_replace BEFORE INSERT ON batch WHEN EXISTS (SELECT 1 FROM batch WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'batch rows are written once'); END
    """,
    """
    CREATE TRIGGER source_no_replace BEFORE INSERT ON source WHEN EXISTS (SELECT 1 FROM source WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM source WHERE file_hash = NEW.file_hash AND retracted_at IS NULL AND NEW.retracted_at IS NULL) BEGIN SELECT RAISE(ABORT, 'source rows are written once'); END
    """,
    """
    CREATE TRIGGER record_no_replace BEFORE INSERT ON record WHEN EXISTS (SELECT 1 FROM record WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'record rows are written once'); END
    """,
    """
    CREATE TRIGGER record_group_no_replace BEFORE INSERT ON record_group WHEN EXISTS (SELECT 1 FROM record_group WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'record_group rows are written once'); END
    """,
    """
    CREATE TRIGGER occurrence_no_replace BEFORE INSERT ON occurrence WHEN EXISTS (SELECT 1 FROM occurrence WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM occurrence WHERE source_id = NEW.source_id AND "row" = NEW."row") BEGIN SELECT RAISE(ABORT, 'occurrence rows are written once'); END
    """,
    """
    CREATE TRIGGER decision_no_replace BEFORE INSERT ON decision WHEN EXISTS (SELECT 1 FROM decision WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM decision WHERE record_id = NEW.record_id AND who = NEW.who AND kind = NEW.kind AND value = NEW.value AND turn = NEW.turn) BEGIN SELECT RAISE(ABORT, 'decision rows are written once'); END
    """,
    """
    CREATE TRIGGER restored_label_no_replace BEFORE INSERT ON restored_label WHEN EXISTS (SELECT 1 FROM restored_label WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM restored_label WHERE record_id = NEW.record_id AND source_id = NEW.source_id) BEGIN SELECT RAISE(ABORT, 'restored_label rows are written once'); END
    """,
    """
    CREATE TRIGGER artifact_no_replace BEFORE INSERT ON artifact WHEN EXISTS (SELECT 1 FROM artifact WHERE name = NEW.name) BEGIN SELECT RAISE(ABORT, 'artifact rows are written once'); END
    """,
    """
    CREATE TRIGGER deployment_no_replace BEFORE INSERT ON deployment WHEN EXISTS (SELECT 1 FROM deployment WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'deployment rows are written once'); END
    """,
    """
    CREATE TRIGGER label_rename_no_replace BEFORE INSERT ON label_rename WHEN EXISTS (SELECT 1 FROM label_rename WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'label_rename rows are written once'); END
    """,
    """
    CREATE TRIGGER forgotten_no_replace BEFORE INSERT ON forgotten WHEN EXISTS (SELECT 1 FROM forgotten WHERE record_id = NEW.record_id) BEGIN SELECT RAISE(ABORT, 'forgotten rows are written once'); END
    """,
    """
    CREATE TRIGGER response_no_replace BEFORE INSERT ON response WHEN EXISTS (SELECT 1 FROM response WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM response WHERE dataset = NEW.dataset AND record_id = NEW.record_id AND who = NEW.who AND answered_at = NEW.answered_at) BEGIN SELECT RAISE(ABORT, 'response rows are written once'); END
    """,
    """
    CREATE TRIGGER lot_no_replace BEFORE INSERT ON lot WHEN EXISTS (SELECT 1 FROM lot WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM lot WHERE generator = NEW.generator AND prompt_version = NEW.prompt_version AND model = NEW.model AND number = NEW.number) BEGIN SELECT RAISE(ABORT, 'lot rows are written once'); END
    """,
    """
    CREATE TRIGGER lot_member_no_replace BEFORE INSERT ON lot_member WHEN EXISTS (SELECT 1 FROM lot_member WHERE record_id = NEW.record_id) OR EXISTS (SELECT 1 FROM lot_member WHERE lot_id = NEW.lot_id AND position = NEW.position) BEGIN SELECT RAISE(ABORT, 'lot_member rows are written once'); END
    """,
    """
    CREATE TRIGGER lot_verdict_no_replace BEFORE INSERT ON lot_verdict WHEN EXISTS (SELECT 1 FROM lot_verdict WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM lot_verdict WHERE lot_id = NEW.lot_id AND verdict = NEW.verdict) BEGIN SELECT RAISE(ABORT, 'lot_verdict rows are written once'); END
    """,
    """
    CREATE TRIGGER candidate_no_replace BEFORE INSERT ON candidate WHEN EXISTS (SELECT 1 FROM candidate WHERE run_id = NEW.run_id AND "round" = NEW."round" AND position = NEW.position) BEGIN SELECT RAISE(ABORT, 'candidate rows are written once'); END
    """,
    """
    CREATE TRIGGER generation_run_no_replace BEFORE INSERT ON generation_run WHEN EXISTS (SELECT 1 FROM generation_run WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM generation_run WHERE spec = NEW.spec AND number = NEW.number) BEGIN SELECT RAISE(ABORT, 'generation_run rows are written once'); END
    """,
    """
    CREATE TRIGGER waiver_no_replace BEFORE INSERT ON waiver WHEN EXISTS (SELECT 1 FROM waiver WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM waiver WHERE gate = NEW.gate AND by = NEW.by AND reason = NEW.reason AND until = NEW.until) BEGIN SELECT RAISE(ABORT, 'waiver rows are written once'); END
    """,
    """
    CREATE TRIGGER setting_no_replace BEFORE INSERT ON setting WHEN EXISTS (SELECT 1 FROM setting WHERE name = NEW.name) BEGIN SELECT RAISE(ABORT, 'setting rows are written once'); END
    """,
    """
    CREATE TRIGGER push_no_replace BEFORE INSERT ON push WHEN EXISTS (SELECT 1 FROM push WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'push rows are written once'); END
    """,
]
