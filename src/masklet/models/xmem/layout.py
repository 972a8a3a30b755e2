"""The layout of the authors' files: the name and shape of every tensor. Facts, written down without torch."""

from __future__ import annotations

from collections.abc import Iterator

Layout = dict[str, tuple[int, ...]]


def layout_of(key: int = 64, value: int = 512, sensory: int = 64, *, input_channels: int = 5) -> Layout:
    """Return name and shape of every tensor of a file whose keys, values and sensory memory have so many channels.

    >>> len(layout_of())
    412
    """
    layout = {
        **_resnet("key_encoder", ("res2", "layer2", "layer3"), (3, 4, 6), bottleneck=True, inputs=3),
        **_resnet(
            "value_encoder", ("layer1", "layer2", "layer3"), (2, 2, 2), bottleneck=False, inputs=input_channels
        ),
        **_fuser("value_encoder.fuser", 1024 + 256, value, value),
        **_conv("key_proj.key_proj", 1024, key),
        **_conv("key_proj.d_proj", 1024, 1),
        **_conv("key_proj.e_proj", 1024, key),
        **_fuser("decoder.fuser", 1024 + value + sensory, 512, 512),
        **_conv("decoder.up_16_8.skip_conv", 512, 512),
        **_residual("decoder.up_16_8.out_conv", 512, 256),
        **_conv("decoder.up_8_4.skip_conv", 256, 256),
        **_residual("decoder.up_8_4.out_conv", 256, 256),
        **_conv("decoder.pred", 256, 1),
    }
    if sensory:
        layout |= _conv("value_encoder.hidden_reinforce.transform", value + sensory, 3 * sensory)
        layout |= _conv("decoder.hidden_update.g16_conv", 512, 256, 1)
        layout |= _conv("decoder.hidden_update.g8_conv", 256, 256, 1)
        layout |= _conv("decoder.hidden_update.g4_conv", 256 + 1, 256, 1)
        layout |= _conv("decoder.hidden_update.transform", 256 + sensory, 3 * sensory)
    return layout


def _conv(name: str, inputs: int, outputs: int, kernel: int = 3) -> Layout:
    return {f"{name}.weight": (outputs, inputs, kernel, kernel), f"{name}.bias": (outputs,)}


def _residual(name: str, inputs: int, outputs: int) -> Layout:
    around = {} if inputs == outputs else _conv(f"{name}.downsample", inputs, outputs)
    return {**_conv(f"{name}.conv1", inputs, outputs), **_conv(f"{name}.conv2", outputs, outputs), **around}


def _fuser(name: str, inputs: int, width: int, outputs: int) -> Layout:
    gate = f"{name}.attention.ChannelGate.mlp"
    return {
        **_residual(f"{name}.block1", inputs, width),
        f"{gate}.1.weight": (width // 16, width),
        f"{gate}.1.bias": (width // 16,),
        f"{gate}.3.weight": (width, width // 16),
        f"{gate}.3.bias": (width,),
        **_conv(f"{name}.attention.SpatialGate.spatial.conv", 2, 1, 7),
        **_residual(f"{name}.block2", width, outputs),
    }


def _resnet(
    name: str, stages: tuple[str, ...], blocks: tuple[int, ...], *, bottleneck: bool, inputs: int
) -> Layout:
    layout = _normed(f"{name}.conv1", f"{name}.bn1", inputs, 64, 7)
    channels = 64
    for number, (stage, count) in enumerate(zip(stages, blocks, strict=True)):
        width = 64 << number
        for block in range(count):
            for part in _block(f"{name}.{stage}.{block}", channels, width, bottleneck=bottleneck):
                layout |= part
            channels = 4 * width if bottleneck else width
    return layout


def _block(name: str, inputs: int, width: int, *, bottleneck: bool) -> Iterator[Layout]:
    outputs = 4 * width if bottleneck else width
    sizes = [(inputs, width, 1), (width, width, 3), (width, outputs, 1)]
    for number, size in enumerate(sizes if bottleneck else [(inputs, width, 3), (width, width, 3)], start=1):
        yield _normed(f"{name}.conv{number}", f"{name}.bn{number}", *size)
    if inputs != outputs:
        yield _normed(f"{name}.downsample.0", f"{name}.downsample.1", inputs, outputs, 1)


def _normed(conv: str, norm: str, inputs: int, outputs: int, kernel: int) -> Layout:
    """Return a convolution without bias and its batch norm."""
    vectors = {f"{norm}.{part}": (outputs,) for part in ("weight", "bias", "running_mean", "running_var")}
    return {
        f"{conv}.weight": (outputs, inputs, kernel, kernel),
        **vectors,
        f"{norm}.num_batches_tracked": (),
    }
