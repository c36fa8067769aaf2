"""The same graph with weights in int8: about a quarter of the size, and answers that have to be counted."""

from __future__ import annotations

from pathlib import Path

QUANTIZED = ("Gather", "MatMul")
"""Operators whose weights are quantized: the embeddings of tokens and the layers of the encoder."""


def quantize_graph(source: Path, target: Path) -> None:
    """Write a graph with dynamically quantized weights; the head stays in 32 bits.

    The head has few weights, and its outputs decide.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.quant_utils import add_pre_process_metadata

    graph = onnx.load(source)
    add_pre_process_metadata(graph)  # else a warning asks for shapes, which the exporter has inferred
    head = [node.name for node in graph.graph.node if node.op_type == "MatMul"][-1]
    quantize_dynamic(
        graph,
        target,
        op_types_to_quantize=list(QUANTIZED),
        per_channel=True,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=[head],
    )
