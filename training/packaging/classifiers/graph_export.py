"""Export a classifier as one ONNX graph, the same bytes each time."""

from __future__ import annotations

import logging
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from winnow.core.errors import Problem, WinnowError

OPSET = 18
"""Version of the operators: the one that the exporter is written for, which every onnxruntime since 1.14 runs."""

INPUTS, OUTPUTS = ("input_ids", "attention_mask"), ("probabilities", "logits")

PACKAGES = ("onnx", "onnxruntime", "onnxscript")
"""What the extra `onnx` installs."""

REGISTRATION = "torch.onnx._internal.exporter._registration"
"""The log of what the exporter knows."""


def require_onnx() -> None:
    """Raises WinnowError when the packages of the extra `onnx` are not installed."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        found, fix = f"not installed: {', '.join(missing)}", "run `pip install onnx onnxruntime onnxscript`"
        raise WinnowError(Problem("onnx", found, "the packages of the extra `onnx`", fix))


def export_graph(graph: Any, path: Path) -> None:
    """Write a RoutingGraph with batches and texts of any length.

    Weights are in the file itself, or in one next to it where they have more than 2 GB. Raises WinnowError for an
    encoder that the exporter cannot translate.
    """
    import torch

    logging.getLogger(REGISTRATION).setLevel(logging.ERROR)  # it warns that torchvision is not installed
    ids, mask = torch.ones((2, 8), dtype=torch.int64), torch.ones((2, 8), dtype=torch.int64)
    mask[1, 6:] = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # two inputs share the names of their axes, which is meant
            program = torch.onnx.export(
                graph,
                (ids, mask),
                input_names=list(INPUTS),
                output_names=list(OUTPUTS),
                dynamic_shapes={name: {0: "batch", 1: "length"} for name in INPUTS},
                opset_version=OPSET,
                dynamo=True,
                verbose=False,
            )
    except torch.onnx.OnnxExporterError as error:
        found, fix = str(error).strip().splitlines()[0][:160], "package for huggingface, which translates nothing"
        raise WinnowError(Problem("onnx", found, "an encoder that torch.onnx exports", fix)) from None
    assert program is not None  # the older exporter alone returns nothing
    _remove_traces(program.model)
    program.save(path)


def _remove_traces(model: Any) -> None:
    """Remove what the exporter notes about the source code of each node: it holds paths of this machine."""
    from onnx_ir.traversal import RecursiveGraphIterator

    for graph in (model.graph, *model.functions.values()):
        for node in RecursiveGraphIterator(graph):
            node.metadata_props.clear()
            node.doc_string = None
            for value in node.outputs:
                value.metadata_props.clear()
    for value in (*model.graph.inputs, *model.graph.initializers.values()):
        value.metadata_props.clear()
    model.graph.metadata_props.clear()
    model.metadata_props.clear()
