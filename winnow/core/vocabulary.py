"""Every fixed set of values about data, defined once; constraints, schemas, settings and choices derive from it.

The words about models are in `model_vocabulary`. Queues are defined in curation/labeling/queues, formats in
curation/io, and kinds of tasks in validators/kinds.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """What is known about a record's label."""

    UNLABELED = "unlabeled"
    PROPOSED = "proposed"
    """A machine wrote the record or its label, and its lot is not decided."""
    LABELED = "labeled"
    DISPUTED = "disputed"
    """Decisions of equal rank differ."""
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    """All sources of the record were retracted, or a corrected record replaced it."""


STATES: tuple[str, ...] = tuple(state.value for state in State)
"""The states as plain strings, for tables."""


class Split(StrEnum):
    """The part of the dataset that a group is assigned to."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


SPLITS: tuple[str, ...] = tuple(split.value for split in Split)
"""The splits as plain strings, for tables."""

HOLD_OUT_SPLITS: tuple[str, ...] = (Split.TEST.value, Split.VALIDATION.value)
"""Test first: quotas are filled in this order."""


class SplitReason(StrEnum):
    """Why a group has its split."""

    GIVEN = "given"
    """An official split of a source."""
    DRAWN = "drawn"
    TRAIN_ONLY = "train_only"
    """Synthetic, or not labeled by a person or a file."""
    HELD_OUT_TOOL = "held_out_tool"
    """A dialogue of it calls a tool of `splits.hold_out_tools`."""


class Origin(StrEnum):
    """Where a source's rows come from. A record with several origins counts as the first of these."""

    HUMAN = "human"
    LOG = "log"
    """Production traffic."""
    PUBLIC = "public"
    SYNTHETIC = "synthetic"


ORIGINS: tuple[str, ...] = tuple(origin.value for origin in Origin)
"""The origins as plain strings, for tables."""


class Actor(StrEnum):
    """Who made a decision."""

    ADJUDICATOR = "adjudicator"
    PERSON = "person"
    FILE = "file"
    RULE = "rule"
    MODEL = "model"


class DecisionKind(StrEnum):
    """What a decision says about a record."""

    LABEL = "label"
    REJECTION = "rejection"
    CORRECTION = "correction"
    """Another record, whose id is the value, has the corrected answer."""
    ABSTENTION = "abstention"


class DecidedBy(StrEnum):
    """Whose decisions gave a record its label, from the highest rank to the lowest."""

    ADJUDICATOR = "adjudicator"
    AGREEMENT = "agreement"
    """Two or more people."""
    PERSON = "person"
    FILE = "file"
    LOT = "lot"
    """An accepted or refused lot of proposals."""
    NOBODY = "nobody"


DECIDED_BY_PEOPLE: tuple[str, ...] = (
    DecidedBy.ADJUDICATOR.value,
    DecidedBy.AGREEMENT.value,
    DecidedBy.PERSON.value,
)
"""Values of `decided_by` for decisions by people, as plain strings for tables."""


class LotVerdict(StrEnum):
    """What the review of a lot has shown so far."""

    NEXT_LOOK = "next_look"
    """More records are reviewed before the lot can be decided."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    FULL_REVIEW = "full_review"
    """No look decided, so every record is reviewed."""
    FULLY_REVIEWED = "fully_reviewed"
    """Each record counts by its own decision."""


RECORDED_VERDICTS = (LotVerdict.ACCEPTED, LotVerdict.REFUSED, LotVerdict.FULLY_REVIEWED)
"""The verdicts that are recorded, because they are final."""


class GateVerdict(StrEnum):
    """What a gate found."""

    PASS = "pass"
    FAIL = "fail"
    WARNING = "warning"
    """Beyond the threshold, and worth a look; healthy data can be so, and nothing is refused for it."""
    WAIVED = "waived"
    """The gate failed, and a waiver covers it."""
    NOT_MEASURED = "not_measured"
    """There was nothing to measure."""


class Bound(StrEnum):
    """On which side of its threshold a gate passes."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"


class LooserDirection(StrEnum):
    """In which direction a setting makes its gate easier to pass."""

    HIGHER = "higher"
    LOWER = "lower"


class RawFormat(StrEnum):
    """Formats in which a row that cannot be read into columns is written out as it stood."""

    CSV = "csv"
    TSV = "tsv"
    JSONL = "jsonl"
    """One JSON value; rows of every format that is not delimited text."""


class DropReason(StrEnum):
    """Why a row of a file is not stored."""

    EMPTY = "empty"
    NOT_TEXT = "not_text"
    TOO_LONG = "too_long"
    UNDECODABLE = "undecodable"
    """Bytes or code units that are not a character."""
    CONTROL_CHARACTER = "control_character"
    MOJIBAKE = "mojibake"
    WINNOW_MARK = "winnow_mark"
    """A text that Winnow wrote in place of the row's own, such as a cut one."""
    UNKNOWN_LABEL = "unknown_label"
    SEVERAL_LABELS = "several_labels"
    LABEL_CONTRADICTS_CONTENT = "label_contradicts_content"
    """Of dialogues: another behavior than that of the calls."""
    MALFORMED_DIALOGUE = "malformed_dialogue"
    """Messages or tools that cannot be read, or turns that do not follow each other."""
    UNMAPPED_TOOL = "unmapped_tool"
    INVALID_CALL = "invalid_call"
    """A call of an unknown tool, or with arguments that its schema does not allow."""
    PART_OF_DIALOGUE = "part_of_dialogue"
    SUPERSEDES_UNKNOWN = "supersedes_unknown"
    SUPERSEDES_ITSELF = "supersedes_itself"
    SUPERSEDES_IN_CYCLE = "supersedes_in_cycle"
    SUPERSEDES_OTHER_REQUEST = "supersedes_other_request"
    """The record to supersede has other user turns or offered tools."""
    SUPERSEDES_HOLD_OUT = "supersedes_hold_out"
    """A synthetic row, or a record of train, would take the place of a hold-out record."""
    ROUTE_CONTRADICTS_TASK = "route_contradicts_task"
    UNKNOWN_SPLIT = "unknown_split"
    MALFORMED_ROW = "malformed_row"
    PRIVATE_DATA = "private_data"
    """Private data that the task says to drop."""
    SURROGATE_UNFIT = "surrogate_unfit"
    FORGOTTEN = "forgotten"


class ExclusionReason(StrEnum):
    """Why a record is not exported: it has no valid label, its split must not hold it, or it repeats a row."""

    UNLABELED = State.UNLABELED.value
    PROPOSED = State.PROPOSED.value
    DISPUTED = State.DISPUTED.value
    REJECTED = State.REJECTED.value
    SUPERSEDED = State.SUPERSEDED.value
    SYNTHETIC_IN_HOLD_OUT = "synthetic_in_hold_out"
    """Validation and test contain no generated records."""
    HELD_OUT_TOOL = "held_out_tool"
    """A train or validation record that calls a tool of `splits.hold_out_tools`."""
    LEAKAGE = "leakage"
    """A train record that repeats a hold-out record."""
    DUPLICATE = "duplicate"
    """A train record that repeats another train record of its label."""
    VARIATIONS_PER_SEED = "variations_per_seed"
    """One variation more than a group may have."""


class NoveltyStatus(StrEnum):
    """What a proposed text repeats."""

    CLEAR = "clear"
    """Nothing."""
    KNOWN = "known"
    """The record exists."""
    REPEATS = "repeats"
    """A train record, or an earlier proposal."""
    LEAKS = "leaks"
    """A hold-out record."""


class ConsensusMethod(StrEnum):
    """How the consensus of several annotators is found."""

    CROWDLAB = "crowdlab"
    """Annotators and a model are weighed by how well they agree with others."""
    WEIGHTED = "weighted"
    """Annotators are weighed by how each of them answers."""
    MAJORITY = "majority"


class ConsensusStatus(StrEnum):
    """How certain the consensus on a record is."""

    SETTLED = "settled"
    TIE = "tie"
    """As many annotators gave another label."""
    AGAINST_MAJORITY = "against_majority"
    """More annotators gave another label."""
    LOW_CONFIDENCE = "low_confidence"
    """Below the threshold; never for a single response that no model contradicts, which needs a second one first."""


class ChangeKind(StrEnum):
    """How a record differs between two releases."""

    ADDED = "added"
    REMOVED = "removed"
    RELABELED = "relabeled"
    MOVED = "moved"
    """To another split."""


class ResponseStatus(StrEnum):
    """What an annotator did with a record of a queue."""

    SUBMITTED = "submitted"
    DISCARDED = "discarded"


class CandidateOutcome(StrEnum):
    """What happened to a generated candidate."""

    KEPT = "kept"
    KNOWN = "known"
    DROPPED = "dropped"


class ArtifactKind(StrEnum):
    """What a workspace produces and names."""

    RELEASE = "release"
    RUN = "run"


class PiiEntity(StrEnum):
    """A kind of private data, mostly by the name that Presidio gives it."""

    SECRET = "SECRET"
    URL = "URL"
    EMAIL_ADDRESS = "EMAIL_ADDRESS"
    IBAN_CODE = "IBAN_CODE"
    NATIONAL_ID = "NATIONAL_ID"
    """A national id of a country other than the United States, whose numbers have entities of their own."""
    CRYPTO = "CRYPTO"
    MAC_ADDRESS = "MAC_ADDRESS"
    IP_ADDRESS = "IP_ADDRESS"
    US_DRIVER_LICENSE = "US_DRIVER_LICENSE"
    US_PASSPORT = "US_PASSPORT"
    US_SSN = "US_SSN"
    CREDIT_CARD = "CREDIT_CARD"
    US_BANK_NUMBER = "US_BANK_NUMBER"
    PHONE_NUMBER = "PHONE_NUMBER"
    PERSON = "PERSON"
    LOCATION = "LOCATION"
    ORGANIZATION = "ORGANIZATION"


NAME_ENTITIES = (PiiEntity.PERSON, PiiEntity.LOCATION, PiiEntity.ORGANIZATION)
"""Private data that only a model finds; patterns find the other entities."""


class PiiAction(StrEnum):
    """What `add` does with private data."""

    REPLACE = "replace"
    """Put a stand-in of the same form in its place."""
    DROP = "drop"
    """Drop the row."""
    ALLOW = "allow"


class DatasetKind(StrEnum):
    """The purpose of an Argilla dataset of a queue."""

    OPEN = "open"
    BLIND = "blind"
    """Part of the sample of a review, shown without the proposed label."""
    SUSPECTED = "suspected"
    """Suspected label errors outside the sample of a lot."""


class AcquisitionStrategy(StrEnum):
    """How the next unlabeled queries for people to label are selected."""

    RANDOM = "random"
    UNCERTAINTY = "uncertainty"
    DIVERSE = "diverse"
    MIXED = "mixed"
    """Diverse, weighted by uncertainty; a label represents what is believed to share it."""
    FEEDBACK = "feedback"
    """Diverse, weighted by how much labeling a query helps to separate the labels that a run confuses."""
