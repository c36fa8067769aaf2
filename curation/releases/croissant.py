"""Croissant: a release's metadata in the format that dataset search engines read (mlcommons.org/croissant)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnow.config.task import Task
from winnow.core.counted import counted
from winnow.core.hashing import stable_hash
from winnow.core.vocabulary import PiiAction
from winnow.curation.releases.card_contents import dataset_sentence
from winnow.curation.releases.manifest import FileFacts, Manifest
from winnow.curation.releases.release_lines import ReleaseRow
from winnow.validators.kinds import kind_of

VERSION = "http://mlcommons.org/croissant/1.0"

CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context of the Croissant 1.0 specification."""

LABEL_COLUMN = ("sc:Integer", "The class, as the number of a label below.")
"""In the Parquet files, which the metadata describe, a label is a number."""

COLUMNS = {
    name: ("sc:Integer" if field.annotation is int else "sc:Text", field.description or "")
    for name, field in ReleaseRow.model_fields.items()
} | {"label": LABEL_COLUMN}
"""Data type and description of the columns that a release of any kind has."""


def croissant(task: Task, manifest: Manifest, files: Mapping[str, FileFacts]) -> dict[str, Any]:
    """The metadata as JSON-LD. `files` gives SHA-256 and size of the Parquet files by path."""
    content = stable_hash("".join(facts.sha256 for facts in files.values()))
    licenses = sorted({source.license for source in manifest.sources if source.records})
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": VERSION,
        "name": task.name,
        "description": dataset_sentence(task, manifest),
        "version": f"1.0.0+{content[:12]}",
        "inLanguage": task.language,
        "keywords": list(kind_of(task).purpose.keywords),
        "license": licenses or ["unknown"],
        "isLiveDataset": False,
        "rai:dataCollection": _data_collection(manifest),
        "rai:dataLimitations": "Similarity of records is measured by one embedding model; see README.md.",
        "rai:personalSensitiveInformation": _personal_data(manifest),
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": path,
                "name": path,
                "contentUrl": path,
                "encodingFormat": "application/x-parquet",
                "contentSize": f"{facts.bytes} B",
                "sha256": facts.sha256,
            }
            for path, facts in files.items()
        ],
        "recordSet": [_labels(manifest), *(_record_set(path, task) for path in files)],
    }


def _data_collection(manifest: Manifest) -> str:
    parts = [
        f"{counted(s.records, 'record')} of origin {s.origin} from {s.name}"
        + (f", written by {s.origin_model}" if s.origin_model else "")
        for s in manifest.sources
    ]
    return "; ".join(parts) or "no source"


def _personal_data(manifest: Manifest) -> str:
    allowed = [entity for entity, action in manifest.private.items() if action == PiiAction.ALLOW]
    return f"Private data was detected by pattern and replaced or dropped, except {', '.join(allowed) or 'nothing'}."


def _labels(manifest: Manifest) -> dict[str, Any]:
    """The classes with their numbers, as inline data."""
    return {
        "@type": "cr:RecordSet",
        "@id": "labels",
        "name": "labels",
        "dataType": "sc:Enumeration",
        "key": {"@id": "labels/class_id"},
        "field": [
            {"@type": "cr:Field", "@id": "labels/class_id", "name": "class_id", "dataType": "sc:Integer"},
            {"@type": "cr:Field", "@id": "labels/name", "name": "name", "dataType": "sc:Text"},
        ],
        "data": [{"labels/class_id": i, "labels/name": name} for i, name in enumerate(manifest.task.labels)],
    }


def _columns(task: Task) -> dict[str, tuple[str, str]]:
    """The data type and the description of every column of a release."""
    kind = kind_of(task)
    content = {name: ("sc:Text", part.description) for name, part in kind.content_columns.items()}
    known = COLUMNS | content | {name: ("sc:Text", one.description) for name, one in kind.task_columns.items()}
    return {name: known[name] for name in kind.release_columns}


def _record_set(path: str, task: Task) -> dict[str, Any]:
    split = path.rpartition("/")[2].removesuffix(".parquet")
    return {
        "@type": "cr:RecordSet",
        "@id": split,
        "name": split,
        "description": f"The rows of {path}.",
        "key": {"@id": f"{split}/id"},
        "field": [_field(split, path, name, *facts) for name, facts in _columns(task).items()],
    }


def _field(split: str, path: str, name: str, data_type: str, description: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{split}/{name}",
        "name": name,
        "description": description,
        "dataType": data_type,
        "source": {"fileObject": {"@id": path}, "extract": {"column": name}},
        **({"references": {"field": {"@id": "labels/class_id"}}} if name == "label" else {}),
        **({"repeated": True} if name == "facets" else {}),
    }
