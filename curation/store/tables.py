"""The tables of winnow.db and their constraints; `written_once` has the triggers that prevent changes to history."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from winnow.core.vocabulary import (
    RECORDED_VERDICTS,
    Actor,
    ArtifactKind,
    CandidateOutcome,
    DatasetKind,
    DecidedBy,
    DecisionKind,
    Origin,
    ResponseStatus,
    Split,
    SplitReason,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _one_of(column: str, *values: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(str(v)) for v in values)})", name=column)


batch = Table(
    "batch",
    metadata,
    Column("id", Text, primary_key=True),
    Column("generator", Text, nullable=False),
    Column("prompt_version", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("at", Text, nullable=False),
)

source = Table(
    "source",
    metadata,
    Column("id", Text, primary_key=True),
    Column("file_hash", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("origin", Text, _one_of("origin", *Origin), nullable=False),
    Column("license", Text, nullable=False),
    Column("batch_id", Text, ForeignKey("batch.id")),
    Column("at", Text, nullable=False),
    Column("retracted_at", Text),
    Column("retracted_why", Text),
)

origin_model = Table(
    "origin_model",
    metadata,
    Column("source_id", Text, ForeignKey("source.id"), primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("model", Text, nullable=False),
)

Index("one_live_source_per_file", source.c.file_hash, unique=True, sqlite_where=text("retracted_at IS NULL"))

record_group = Table(
    "record_group",
    metadata,
    Column("id", Text, primary_key=True),
    Column("declared", Text, nullable=False),
    Column("assigned_split", Text, _one_of("assigned_split", *Split), nullable=False),
    Column("why", Text, _one_of("why", *SplitReason), nullable=False),
    Column("stratum", Text, nullable=False),
    Column("at", Text, nullable=False),
)

record = Table(
    "record",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("fold_key", Text, nullable=False, index=True),
    Column("group_id", Text, ForeignKey("record_group.id"), nullable=False, index=True),
    Column("at", Text, nullable=False),
)

occurrence = Table(
    "occurrence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record_id", Text, ForeignKey("record.id"), nullable=False, index=True),
    Column("source_id", Text, ForeignKey("source.id"), nullable=False),
    Column("row", Integer, nullable=False),
    Column("given_label", Text),
    Column("given_split", Text),
    Column("session", Text),
    Column("time", Text),
    UniqueConstraint("source_id", "row"),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record_id", Text, ForeignKey("record.id"), nullable=False),
    Column("actor", Text, _one_of("actor", *Actor), nullable=False),
    Column("who", Text, nullable=False),
    Column("kind", Text, _one_of("kind", *DecisionKind), nullable=False),
    Column("value", Text, nullable=False),
    Column("turn", Integer, nullable=False, server_default="0"),
    Column("why", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("source_id", Text, ForeignKey("source.id")),
    UniqueConstraint("record_id", "who", "kind", "value", "turn"),
)

restored_label = Table(
    "restored_label",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record_id", Text, ForeignKey("record.id"), nullable=False),
    Column("source_id", Text, ForeignKey("source.id"), nullable=False),
    Column("label", Text, nullable=False),
    Column("decided_by", Text, _one_of("decided_by", *DecidedBy), nullable=False),
    Column("last_decision", Integer, nullable=False),
    UniqueConstraint("record_id", "source_id"),
)

supersession = Table(
    "supersession",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record_id", Text, ForeignKey("record.id"), nullable=False),
    Column("superseded_id", Text, ForeignKey("record.id"), nullable=False),
    Column("source_id", Text, ForeignKey("source.id"), nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Text, nullable=False),
    UniqueConstraint("record_id", "superseded_id", "source_id"),
)

interaction = Table(
    "interaction",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, index=True),
    Column("line_hash", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("record_id", Text, ForeignKey("record.id"), nullable=False),
    Column("source_id", Text, ForeignKey("source.id"), nullable=False),
    Column("row", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("proposed", Text),
    Column("at", Text, nullable=False),
    UniqueConstraint("source_id", "line_hash"),
)

source_form = Table(
    "source_form",
    metadata,
    Column("record_id", Text, ForeignKey("record.id"), primary_key=True),
    Column("content", Text, nullable=False),
)

flag = Table(
    "flag",
    metadata,
    Column("record_id", Text, ForeignKey("record.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("detail", Text, nullable=False),
)

waiver = Table(
    "waiver",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("gate", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("withdrawn_at", Text),
    UniqueConstraint("gate", "by", "reason", "until"),
)

setting = Table(
    "setting",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

label_rename = Table(
    "label_rename",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("old", Text, nullable=False),
    Column("new", Text, nullable=False),
    Column("last_decision", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("undoes", Integer, ForeignKey("label_rename.id")),
    Column("releases", Integer, nullable=False, server_default="0"),
)

forgotten = Table(
    "forgotten",
    metadata,
    Column("record_id", Text, ForeignKey("record.id"), primary_key=True),
    Column("why", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("key_hash", Text),
)

push = Table(
    "push",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("queue", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("at", Text, nullable=False),
)

queue_dataset = Table(
    "queue_dataset",
    metadata,
    Column("name", Text, primary_key=True),
    Column("queue", Text, nullable=False),
    Column("assignee", Text),
    Column("overlap", Integer, nullable=False),
    Column("kind", Text, _one_of("kind", *DatasetKind), nullable=False),
    Column("options", Text, nullable=False),
    Column("server_id", Text),
    Column("responses_read_until", Text),
    Column("closed_at", Text),
    Column("at", Text, nullable=False),
)

queue_item = Table(
    "queue_item",
    metadata,
    Column("dataset", Text, ForeignKey("queue_dataset.name"), primary_key=True),
    Column("record_id", Text, ForeignKey("record.id"), primary_key=True),
    Column("queue", Text, nullable=False),
    Column("push_id", Integer, ForeignKey("push.id"), nullable=False),
    Column("label_at_push", Text),
    Column("suggestion", Text),
    Column("score", Float),
    Column("agent", Text),
    Column("hidden_suggestion", Text),
    Column("quoted_ids", Text, nullable=False, server_default="[]"),
    Column("delivered_at", Text),
    Column("withdrawn_at", Text),
    Column("at", Text, nullable=False),
)

Index(
    "one_active_item_per_queue",
    queue_item.c.queue,
    queue_item.c.record_id,
    unique=True,
    sqlite_where=text("withdrawn_at IS NULL"),
)

response = Table(
    "response",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dataset", Text, ForeignKey("queue_dataset.name"), nullable=False),
    Column("record_id", Text, ForeignKey("record.id"), nullable=False),
    Column("who", Text, nullable=False),
    Column("status", Text, _one_of("status", *ResponseStatus), nullable=False),
    Column("content", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("answered_at", Text, nullable=False),
    Column("at", Text, nullable=False),
    UniqueConstraint("dataset", "record_id", "who", "answered_at"),
)

lot = Table(
    "lot",
    metadata,
    Column("id", Text, primary_key=True),
    Column("generator", Text, nullable=False),
    Column("prompt_version", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("settings", Text, nullable=False),
    Column("last_decision", Integer, nullable=False),
    Column("at", Text, nullable=False),
    UniqueConstraint("generator", "prompt_version", "model", "number"),
)

label_proposal = Table(
    "label_proposal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record_id", Text, ForeignKey("record.id"), nullable=False),
    Column("model", Text, nullable=False),
    Column("prompt_version", Text, nullable=False),
    Column("band", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("confidence", Float),
    Column("last_decision", Integer, nullable=False),
    Column("at", Text, nullable=False),
    UniqueConstraint("record_id", "model"),
)

lot_member = Table(
    "lot_member",
    metadata,
    Column("record_id", Text, ForeignKey("record.id"), primary_key=True),
    Column("lot_id", Text, ForeignKey("lot.id"), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("proposed", Text),
    Column("proposal_id", Integer, ForeignKey("label_proposal.id"), index=True),
    UniqueConstraint("lot_id", "position"),
)

lot_verdict = Table(
    "lot_verdict",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("lot_id", Text, ForeignKey("lot.id"), nullable=False),
    Column("verdict", Text, _one_of("verdict", *RECORDED_VERDICTS), nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", Text, nullable=False),
    UniqueConstraint("lot_id", "verdict"),
)

generation_run = Table(
    "generation_run",
    metadata,
    Column("id", Text, primary_key=True),
    Column("spec", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("generator", Text, nullable=False),
    Column("prompt_version", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("ended_at", Text),
    UniqueConstraint("spec", "number"),
)

candidate = Table(
    "candidate",
    metadata,
    Column("run_id", Text, ForeignKey("generation_run.id"), primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("request_id", Text),
    Column("record_id", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("outcome", Text, _one_of("outcome", *CandidateOutcome), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("key_hash", Text),
    Column("last_occurrence", Integer, nullable=False, server_default="0"),
)

suspected_error = Table(
    "suspected_error",
    metadata,
    Column("record_id", Text, ForeignKey("record.id"), primary_key=True),
    Column("by", Text, primary_key=True),
    Column("why", Text, nullable=False),
    Column("quoted_ids", Text, nullable=False),
    Column("at", Text, nullable=False),
)

artifact = Table(
    "artifact",
    metadata,
    Column("name", Text, primary_key=True),
    Column("kind", Text, _one_of("kind", *ArtifactKind), nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", Text, nullable=False),
)

deployment = Table(
    "deployment",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Text, ForeignKey("artifact.name"), nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("target", Text),
    Column("remote_id", Text),
)

remote_name = Table(
    "remote_name",
    metadata,
    Column("target", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("run", Text, ForeignKey("artifact.name"), nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text),
    Column("reason", Text),
)

router_selection = Table(
    "router_selection",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Text, ForeignKey("artifact.name"), nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Text, nullable=False),
)
