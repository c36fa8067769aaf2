"""A package for onnxruntime: one graph, a tokenizer, and the program that calls them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from winnow.core.package_vocabulary import PackageTarget
from winnow.core.progress import Progress
from winnow.training.packaging.classifiers.classifier_contents import ClassifierContents, write_labels, write_tokenizer
from winnow.training.packaging.classifiers.equality_check import ComparedRows, check_int8, check_package
from winnow.training.packaging.classifiers.graph_export import OPSET, export_graph
from winnow.training.packaging.classifiers.int8_graph import quantize_graph
from winnow.training.packaging.classifiers.packed_router import ROUTE_FILE, packed_probabilities
from winnow.training.packaging.classifiers.router_file import RouterFile
from winnow.training.packaging.package_contents import render_text
from winnow.training.packaging.package_files import state_files

GRAPH_FILE, INT8_FILE = "model.onnx", "model.int8.onnx"


def fill_onnx_package(
    contents: ClassifierContents, part: Path, rows: ComparedRows, progress: Progress | None
) -> RouterFile:
    """Write graph, tokenizer and program, and compare what they answer with the run."""
    from winnow.training.packaging.classifiers.routing_graph import RoutingGraph, label_columns

    source = contents.source
    columns = label_columns(source.classes, contents.labels)
    graph = RoutingGraph(source.model, columns=columns, temperature=contents.rule.temperature).eval()
    export_graph(graph, part / GRAPH_FILE)
    write_tokenizer(contents, part)
    _write_config(contents, part)
    (part / ROUTE_FILE).write_text(render_text(f"route_{PackageTarget.ONNX}.py.txt", {}), encoding="utf-8")
    router = contents.router_file(model=GRAPH_FILE, opset=OPSET)
    router.write(part)
    state_files(part, {})
    packed = packed_probabilities(part, rows.texts, progress=progress)
    checked = router.model_copy(update={"check": check_package(contents, rows, packed)})
    if contents.quantize is None:
        return checked
    quantize_graph(part / GRAPH_FILE, part / INT8_FILE)
    router.model_copy(update={"model": INT8_FILE}).write(part)
    state_files(part, {})
    together = packed_probabilities(part, rows.texts, progress=progress)
    alone = packed_probabilities(part, rows.texts, batch_size=1, progress=progress)
    int8 = check_int8(contents.rule, packed, alone=alone, together=together, file=INT8_FILE)
    return checked.model_copy(update={"int8": int8, "model": GRAPH_FILE if int8.decisions_changed else INT8_FILE})


def _write_config(contents: ClassifierContents, part: Path) -> None:
    """Write the configuration of the encoder with the labels of the release."""
    config: Any = contents.source.model.encoder.config
    write_labels(contents, config)
    config.save_pretrained(part)
