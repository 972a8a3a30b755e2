"""Graphs of a few numbers: doubled = 2x, answer = relu(doubled - 3)."""

import sys

import numpy as np
import pytest

from masklet.core.errors import MissingExtraError, WeightsError
from masklet.models.runtime import available_cores, load_graph

X = np.array([[0.0, 1.0, 2.0, 4.0]], np.float32)
ANSWER = [[0.0, 0.0, 1.0, 5.0]]


@pytest.fixture(scope="module")
def openvino_file(tmp_path_factory):
    ov = pytest.importorskip("openvino")
    from openvino import opset13 as ops

    x = ops.parameter([-1, 4], np.float32, name="x")
    x.output(0).tensor.set_names({"x"})
    doubled = ops.multiply(x, np.float32(2), name="doubled")
    doubled.output(0).tensor.set_names({"doubled_out"})
    answer = ops.relu(ops.subtract(doubled, np.float32(3)), name="answer")
    answer.output(0).tensor.set_names({"answer"})
    path = tmp_path_factory.mktemp("graph") / "toy.xml"
    ov.save_model(ov.Model([answer], [x]), path, compress_to_fp16=False)
    return path


def field(number: int, content: bytes | int) -> bytes:
    """One field of a protobuf message; all lengths and numbers here are below 128."""
    if isinstance(content, int):
        return bytes([number << 3, content])
    return bytes([number << 3 | 2, len(content)]) + content


@pytest.fixture(scope="module")
def onnx_file(tmp_path_factory):
    """x -> Relu -> answer, written field by field as the ONNX format says (onnx.proto3)."""
    four = field(1, field(1, 1)) + field(1, field(1, 4))
    tensor = field(1, field(1, 1) + field(2, four))
    x, answer = (field(1, name) + field(2, tensor) for name in (b"x", b"answer"))
    node = field(1, b"x") + field(2, b"answer") + field(4, b"Relu")
    graph = field(1, node) + field(2, b"toy") + field(11, x) + field(12, answer)
    path = tmp_path_factory.mktemp("graph") / "toy.onnx"
    path.write_bytes(field(1, 8) + field(7, graph) + field(8, field(2, 13)))
    return path


def test_a_graph_says_what_goes_in_and_what_comes_out(openvino_file):
    graph = load_graph(openvino_file, threads=1, precision="f32")
    assert (graph.inputs, graph.outputs) == (("x",), ("answer",))
    assert (graph.threads, graph.precision) == (1, "f32")
    np.testing.assert_array_equal(graph(x=X)[0], ANSWER)


@pytest.mark.parametrize("name", ["doubled", "doubled_out"], ids=["name of a node", "name of a tensor"])
def test_inner_results_can_be_made_outputs(openvino_file, name):
    graph = load_graph(openvino_file, threads=1, outputs=[name])
    assert graph.outputs == (name,)
    np.testing.assert_array_equal(graph(x=X)[0], 2 * X)


def test_outputs_come_in_the_order_asked_for(openvino_file):
    answer, doubled = load_graph(openvino_file, threads=1, precision="f32", outputs=["answer", "doubled"])(x=X)
    np.testing.assert_array_equal(doubled, 2 * X)
    np.testing.assert_array_equal(answer, ANSWER)


def test_results_are_the_callers_own(openvino_file):
    graph = load_graph(openvino_file, threads=1, precision="f32")
    first = graph(x=X)[0]
    graph(x=X + 1)
    np.testing.assert_array_equal(first, ANSWER)


def test_shapes_can_be_fixed(openvino_file):
    graph = load_graph(openvino_file, threads=1, input_shapes={"x": [2, 4]})
    assert graph(x=np.repeat(X, 2, axis=0))[0].shape == (2, 4)


def test_without_a_number_of_threads_all_cores_are_used(openvino_file):
    assert load_graph(openvino_file).threads == available_cores()


@pytest.mark.parametrize("backend", ["openvino", "onnxruntime"])
def test_both_backends_read_onnx(onnx_file, backend):
    if backend == "onnxruntime":
        pytest.importorskip("onnxruntime")
    graph = load_graph(onnx_file, threads=1, precision="f32", backend=backend)
    assert (graph.inputs, graph.outputs, graph.precision) == (("x",), ("answer",), "f32")
    np.testing.assert_array_equal(graph(x=X - 1)[0], [[0.0, 0.0, 1.0, 3.0]])


@pytest.mark.parametrize("backend", ["openvino", "onnxruntime"])
@pytest.mark.parametrize("content", [b"", b"no network at all" * 9], ids=["empty", "text"])
def test_a_file_that_is_no_network_is_named(tmp_path, backend, content):
    if backend == "onnxruntime":
        pytest.importorskip("onnxruntime")
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"reads at .*broken\.onnx, got: ") as caught:
        load_graph(path, backend=backend)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(WeightsError, match=r"nowhere\.onnx, got none"):
        load_graph(tmp_path / "nowhere.onnx")


@pytest.mark.parametrize("backend", ["openvino", "onnxruntime"])
def test_an_unknown_output_is_named(onnx_file, backend):
    if backend == "onnxruntime":
        pytest.importorskip("onnxruntime")
    with pytest.raises(WeightsError, match="got nope"):
        load_graph(onnx_file, backend=backend, outputs=["nope"])


def test_an_unknown_input_is_named(openvino_file):
    with pytest.raises(WeightsError, match=r"toy\.xml, got: .*\by\b"):
        load_graph(openvino_file, input_shapes={"y": [1, 4]})


def test_a_precision_onnx_runtime_lacks_is_refused(onnx_file):
    pytest.importorskip("onnxruntime")
    with pytest.raises(WeightsError, match="got bf16"):
        load_graph(onnx_file, backend="onnxruntime", precision="bf16")


def test_a_backend_that_is_not_installed_names_its_install_line(onnx_file, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingExtraError, match=r"masklet\[onnxruntime\]"):
        load_graph(onnx_file, backend="onnxruntime")
