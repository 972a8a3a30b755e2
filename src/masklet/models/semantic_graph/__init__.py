"""Networks that label pixels, exported: NAME.onnx and NAME.json, run without torch."""

from masklet.models.semantic_graph.model import GraphSemantic, load, write_card

__all__ = ["GraphSemantic", "load", "write_card"]
