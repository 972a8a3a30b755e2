import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from masklet.core.errors import MissingExtraError, ModelError, WeightsError  # noqa: E402
from masklet.core.label_spaces.coco import COCO_THINGS  # noqa: E402
from masklet.core.values import Frame  # noqa: E402
from masklet.models import load_detector  # noqa: E402
from masklet.models.detr.answer import best_classes, best_pairs, corners  # noqa: E402
from masklet.models.detr.families import FAMILIES  # noqa: E402
from masklet.models.detr.names import class_names  # noqa: E402
from tiny_detr import coco_names, save_tiny, say  # noqa: E402


@pytest.fixture(scope="module")
def frame():
    return Frame(0, 0.0, np.random.default_rng(0).integers(0, 255, (97, 163, 3), dtype=np.uint8))


@pytest.fixture
def folder(tmp_path):
    save_tiny("rt_detr", tmp_path)
    return tmp_path


def test_a_query_has_one_class_and_none_does_not_count():
    logits_QC = torch.log(torch.tensor([[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]]))
    queries_Q, classes_Q, scores_Q = best_classes(logits_QC)
    assert (queries_Q.tolist(), classes_Q.tolist()) == ([0, 1], [1, 0])
    assert scores_Q.tolist() == pytest.approx([0.2, 0.5])


def test_a_query_may_have_several_classes():
    logits_QC = torch.logit(torch.tensor([[0.9, 0.8], [0.1, 0.3], [0.2, 0.85]]))
    queries_K, classes_K, scores_K = best_pairs(logits_QC, 3)
    assert (queries_K.tolist(), classes_K.tolist()) == ([0, 2, 0], [0, 1, 1])
    assert scores_K.tolist() == pytest.approx([0.9, 0.85, 0.8])
    assert len(best_pairs(logits_QC, 100)[0]) == 6


def test_boxes_are_in_pixels():
    boxes_K4 = torch.tensor([[0.5, 0.5, 0.2, 0.4]])
    assert corners(boxes_K4, (100, 200))[0].tolist() == pytest.approx([80, 30, 120, 70])


def test_class_names_are_those_of_coco():
    names = class_names(coco_names())
    assert tuple(names.values()) == COCO_THINGS
    assert names[1] == "person"
    assert class_names({0: "aeroplane", 1: "N/A", 2: "Sneakers"}) == {0: "airplane", 2: "Sneakers"}


PROCESSORS = {
    "rt_detr": "RTDetrImageProcessorPil",
    "d_fine": "RTDetrImageProcessorPil",
    "detr": "DetrImageProcessorPil",
    "conditional_detr": "ConditionalDetrImageProcessorPil",
    "yolos": "YolosImageProcessorPil",
}


def family_of(model_type):
    return next(name for name, types in FAMILIES.items() if model_type in types)


def processor_of(model_type, **said):
    try:
        return getattr(transformers, PROCESSORS[model_type])(**said)
    except (AttributeError, ImportError) as error:
        pytest.skip(f"no image processor without torchvision: {error}")


@pytest.mark.parametrize("size_HW", [(97, 163), (640, 480), (30, 900)], ids=str)
@pytest.mark.parametrize("model_type", PROCESSORS)
def test_pictures_are_looked_at_as_transformers_does(model_type, size_HW):
    image_HW3 = np.random.default_rng(0).integers(0, 255, (*size_HW, 3), dtype=np.uint8)
    theirs = processor_of(model_type)(image_HW3, return_tensors="np")
    ours_13HW = FAMILIES[family_of(model_type)][model_type].look(image_HW3)
    np.testing.assert_allclose(ours_13HW, theirs["pixel_values"], atol=1e-5)


@pytest.mark.parametrize("model_type", PROCESSORS)
def test_detections_are_those_of_transformers(model_type, tmp_path, frame):
    sizes = {"height": 96, "width": 128} if "rt" in PROCESSORS[model_type].lower() else {
        "shortest_edge": 96, "longest_edge": 160,
    }  # fmt: skip
    processor = processor_of(model_type, size=sizes)
    network = save_tiny(model_type, tmp_path)
    say(tmp_path, **processor.to_dict() | {"image_processor_type": "none"})
    found = load_detector(family_of(model_type), weights=tmp_path).restricted(threshold=0).detect(frame)
    with torch.inference_mode():
        said = network(**processor(frame.image_HW3, return_tensors="pt"))
        (theirs,) = processor.post_process_object_detection(said, threshold=0, target_sizes=[frame.size_HW])
    names = class_names(network.config.id2label)
    named = [(score, names[label]) for score, label in zip(
        theirs["scores"].tolist(), theirs["labels"].tolist(), strict=True
    ) if label in names]  # fmt: skip
    best = sorted(named, key=lambda row: -row[0])[: len(found)]
    assert len(found) > 0
    np.testing.assert_allclose(found.scores_N, [score for score, _ in best][: len(found)], atol=1e-5)


@pytest.mark.parametrize(("said", "size_HW"), [
    pytest.param({"size": {"height": 96, "width": 128}}, (96, 128), id="height and width"),
    pytest.param({"size": {"shortest_edge": 100, "longest_edge": 150}}, (89, 150), id="edges"),
    pytest.param({"size": 50, "max_size": 1000}, (50, 84), id="as before"),
    pytest.param({"do_resize": False}, (97, 163), id="as it is"),
])  # fmt: skip
def test_the_files_of_a_network_say_how_it_looks(said, size_HW, folder, frame):
    from masklet.models.detr.look import Look, read_look

    say(folder, **said)
    assert read_look(folder, Look(height=9, width=9))(frame.image_HW3).shape == (1, 3, *size_HW)


def test_values_are_scaled_and_normalised_as_they_say(folder):
    from masklet.models.detr.look import Look, read_look

    say(folder, size={"height": 4, "width": 4}, do_normalize=True, image_mean=[0.5] * 3, image_std=[0.25] * 3)
    white_HW3 = np.full((8, 8, 3), 255, np.uint8)
    assert read_look(folder, Look(height=9, width=9))(white_HW3) == pytest.approx(np.full((1, 3, 4, 4), 2.0))
    say(folder, size={"height": 4, "width": 4}, do_rescale=False)
    assert read_look(folder, Look(height=9, width=9))(white_HW3).max() == 255


def refused(folder, family="rt-detr"):
    with pytest.raises(WeightsError) as raised:
        load_detector(family, weights=folder)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_folder_without_config_is_named(folder):
    (folder / "config.json").unlink()
    assert "config.json beside model.safetensors, got none" in refused(folder)


def test_pickled_weights_are_not_opened(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert "model.safetensors, got none" in refused(folder)


def test_another_architecture_is_named(folder):
    assert "Expected the architecture d_fine" in (said := refused(folder, "d-fine"))
    assert "got 'rt_detr'; that is masklet's rt-detr" in said
    (folder / "config.json").write_text('{"model_type": "bert"}')
    assert "got 'bert'." in refused(folder)


def test_half_a_file_is_refused(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-5000])
    assert "Expected a whole network" in refused(folder)


def test_missing_tensors_are_not_made_up(folder):
    from safetensors.torch import load_file, save_file

    path = folder / "model.safetensors"
    state = load_file(path)
    name = next(name for name in state if "encoder_input_proj" in name)
    save_file({key: value for key, value in state.items() if key != name}, path, metadata={"format": "pt"})
    assert "Expected all tensors of rt_detr" in refused(folder)
    save_file(state | {name: state[name].flatten()}, path, metadata={"format": "pt"})
    refused(folder)


@pytest.mark.parametrize("text", ["no json", "[1]"], ids=["broken", "list"])
def test_a_config_that_is_none_is_refused(folder, text):
    (folder / "config.json").write_text(text)
    refused(folder)


@pytest.mark.parametrize("text", ["no json", '{"size": {"side": 3}}', '{"size": -1}'], ids=str)
def test_a_look_that_cannot_be_read_is_refused(folder, text):
    (folder / "preprocessor_config.json").write_text(text)
    assert "preprocessor_config.json" in refused(folder)


def test_a_size_that_the_network_cannot_take_is_refused(folder):
    say(folder, size={"height": 640, "width": 650})
    assert "Expected height and width in multiples of 32" in refused(folder)


def test_rf_detr_needs_to_be_told_its_size(tmp_path):
    save_tiny("rf_detr", tmp_path)
    (tmp_path / "preprocessor_config.json").unlink()
    assert "Expected preprocessor_config.json" in refused(tmp_path, "rf-detr")


def test_what_cannot_be_asked_for_is_named(folder):
    with pytest.raises(ModelError, match=r"such as motorcycle.*'motorcicle'"):
        load_detector("rt-detr", weights=folder).restricted(["motorcicle"])


def test_without_weights_it_says_what_to_bring():
    with pytest.raises(WeightsError, match=r"weights for d-fine, got none.*ustc-community/dfine"):
        load_detector("d-fine")


def test_a_name_of_the_hub_is_fetched_from_there(folder, monkeypatch):
    asked = []

    def download(repository, names, **options):
        asked.append((repository, options))
        return folder

    monkeypatch.setattr("masklet.models.detr.hub.download_folder", download)
    monkeypatch.setenv("MASKLET_OFFLINE", "1")
    load_detector("rt-detr", weights="PekingU/rtdetr_r18vd@main")
    assert asked == [("PekingU/rtdetr_r18vd", {"revision": "main", "offline": True})]


def test_a_name_of_the_hub_that_cannot_be_had_is_named(monkeypatch, tmp_path):
    pytest.importorskip("huggingface_hub")
    monkeypatch.setenv("MASKLET_OFFLINE", "1")
    with pytest.raises(WeightsError, match=r"Expected a file or folder PekingU/none, or such"):
        load_detector("rt-detr", weights="PekingU/none")


def test_bf16_and_threads_are_taken(folder, frame):
    threads = torch.get_num_threads()
    detector = load_detector("rt-detr", weights=folder, threads=threads, precision="bf16")
    assert len(detector.restricted(threshold=0).detect(frame)) > 0


def test_without_transformers_it_says_what_is_needed(monkeypatch, folder):
    def missing(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name="transformers")

    monkeypatch.setattr("masklet.models.import_module", missing)
    with pytest.raises(MissingExtraError, match=r"The model rt-detr needs .*masklet\[torch\]"):
        load_detector("rt-detr", weights=folder)


def test_a_folder_is_known_by_all_of_its_files(folder):
    from masklet.pipelines.settings import digests_of

    say(folder, size={"height": 64, "width": 64})
    assert set(digests_of("rt-detr", folder)) == {"model.safetensors", "config.json", "preprocessor_config.json"}
