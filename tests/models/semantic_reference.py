"""Released layouts and what is computed from them, written a second time and plainly, to hold the networks to.

A layout is a dict from name to shape; a state has random numbers for it, in float64.
"""

import torch
from torch.nn import functional

MEAN_3, DEVIATION_3 = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)


def _norm(name, channels):
    parts = ("weight", "bias", "running_mean", "running_var")
    return {**{f"{name}.{part}": (channels,) for part in parts}, f"{name}.num_batches_tracked": ()}


def _conv(name, inputs, outputs, kernel=3):
    return {f"{name}.weight": (outputs, inputs, kernel, kernel)}


def _biased(name, inputs, outputs):
    return {**_conv(name, inputs, outputs, 1), f"{name}.bias": (outputs,)}


def _bottlenecks(name, inputs, channels, blocks):
    layout = {}
    for block in range(blocks):
        inner, before = f"{name}.{block}", inputs if block == 0 else 4 * channels
        for number, (each, outputs, kernel) in enumerate(
            ((before, channels, 1), (channels, channels, 3), (channels, 4 * channels, 1)), start=1
        ):
            layout |= _conv(f"{inner}.conv{number}", each, outputs, kernel) | _norm(f"{inner}.bn{number}", outputs)
        if block == 0:
            layout |= _conv(f"{inner}.downsample.0", inputs, 4 * channels, 1)
            layout |= _norm(f"{inner}.downsample.1", 4 * channels)
    return layout


def hrnet_layout(widths, outputs, *, first_width=64, first_blocks=4, modules=(1, 4, 3), blocks=4):
    layout = _conv("conv1", 3, 64) | _norm("bn1", 64) | _conv("conv2", 64, 64) | _norm("bn2", 64)
    layout |= _bottlenecks("layer1", 64, first_width, first_blocks)
    layout |= _conv("transition1.0.0", 4 * first_width, widths[0]) | _norm("transition1.0.1", widths[0])
    layout |= _conv("transition1.1.0.0", 4 * first_width, widths[1]) | _norm("transition1.1.0.1", widths[1])
    for stage in (2, 3, 4):
        if stage > 2:
            name = f"transition{stage - 1}.{stage - 1}.0"
            layout |= _conv(f"{name}.0", widths[stage - 2], widths[stage - 1]) | _norm(
                f"{name}.1", widths[stage - 1]
            )
        for module in range(modules[stage - 2]):
            for level, width in enumerate(widths[:stage]):
                for block in range(blocks):
                    inner = f"stage{stage}.{module}.branches.{level}.{block}"
                    for number in (1, 2):
                        layout |= _conv(f"{inner}.conv{number}", width, width) | _norm(
                            f"{inner}.bn{number}", width
                        )
            for target in range(stage):
                for source in range(stage):
                    inner = f"stage{stage}.{module}.fuse_layers.{target}.{source}"
                    if source > target:
                        layout |= _conv(f"{inner}.0", widths[source], widths[target], 1)
                        layout |= _norm(f"{inner}.1", widths[target])
                    for step in range(target - source):
                        after = widths[target] if step == target - source - 1 else widths[source]
                        layout |= _conv(f"{inner}.{step}.0", widths[source], after)
                        layout |= _norm(f"{inner}.{step}.1", after)
    joined = sum(widths)
    layout |= _biased("last_layer.0", joined, joined) | _norm("last_layer.1", joined)
    return layout | _biased("last_layer.3", joined, outputs)


def pspnet_layout(blocks, outputs, *, width=64):
    layout = {}
    for place, inputs, channels in ((0, 3, width), (3, width, width), (6, width, 2 * width)):
        layout |= _conv(f"layer0.{place}", inputs, channels) | _norm(f"layer0.{place + 1}", channels)
    inputs = 2 * width
    for stage, count in enumerate(blocks):
        channels = width * 2**stage
        layout |= _bottlenecks(f"layer{stage + 1}", inputs, channels, count)
        inputs = 4 * channels
    for level in range(4):
        layout |= _conv(f"ppm.features.{level}.1", inputs, inputs // 4, 1)
        layout |= _norm(f"ppm.features.{level}.2", inputs // 4)
    for head, before, channels in (("cls", 2 * inputs, inputs // 4), ("aux", inputs // 2, inputs // 8)):
        layout |= _conv(f"{head}.0", before, channels) | _norm(f"{head}.1", channels)
        layout |= _biased(f"{head}.4", channels, outputs)
    return layout


def random_state(layout, seed=0):
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for name, shape in layout.items():
        if name.endswith("num_batches_tracked"):
            state[name] = torch.tensor(7)
        elif name.endswith("running_var"):
            state[name] = 0.5 + torch.rand(shape, generator=generator, dtype=torch.float64)
        elif len(shape) == 4:
            spread = (2 / (shape[1] * shape[2] * shape[3])) ** 0.5
            state[name] = spread * torch.randn(shape, generator=generator, dtype=torch.float64)
        else:
            middle = 1.0 if name.endswith(".weight") else 0.0
            state[name] = middle + 0.2 * torch.randn(shape, generator=generator, dtype=torch.float64)
    return {name: value.float() if value.is_floating_point() else value for name, value in state.items()}


def normalised(image_13HW):
    mean, deviation = (
        torch.tensor(values, dtype=torch.float32).double().view(1, 3, 1, 1) for values in (MEAN_3, DEVIATION_3)
    )
    return (image_13HW.double() - mean) / deviation


def enlarged(feature, size_HW, align_corners):
    """Bilinear enlargement as two matrices."""
    rows, columns = (_tents(feature.shape[2 + side], size_HW[side], align_corners) for side in (0, 1))
    return rows @ feature @ columns.T


def _tents(before, after, align_corners):
    place = torch.arange(after, dtype=torch.float64)
    if align_corners:
        place = place * (before - 1) / max(after - 1, 1)
    else:
        place = ((place + 0.5) * before / after - 0.5).clamp(0, before - 1)
    return (1 - (place[:, None] - torch.arange(before, dtype=torch.float64)).abs()).clamp(min=0)


class Reference:
    """The layers of a state, by name."""

    def __init__(self, state):
        self.state = {name: value.double() for name, value in state.items()}

    def conv(self, name, feature, stride=1, dilation=1):
        weight = self.state[f"{name}.weight"]
        padding = dilation * (weight.shape[2] // 2)
        return functional.conv2d(feature, weight, self.state.get(f"{name}.bias"), stride, padding, dilation)

    def norm(self, name, feature):
        scale, shift, mean, variance = (
            self.state[f"{name}.{part}"].view(1, -1, 1, 1)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        return (feature - mean) / (variance + 1e-5) ** 0.5 * scale + shift

    def step(self, conv, norm, feature, **how):
        return self.norm(norm, self.conv(conv, feature, **how)).clamp(min=0)

    def bottleneck(self, name, feature, stride=1, dilation=1):
        inner = self.step(f"{name}.conv1", f"{name}.bn1", feature)
        inner = self.step(f"{name}.conv2", f"{name}.bn2", inner, stride=stride, dilation=dilation)
        inner = self.norm(f"{name}.bn3", self.conv(f"{name}.conv3", inner))
        if f"{name}.downsample.0.weight" in self.state:
            feature = self.norm(f"{name}.downsample.1", self.conv(f"{name}.downsample.0", feature, stride=stride))
        return (inner + feature).clamp(min=0)

    def has(self, prefix):
        return any(name.startswith(prefix) for name in self.state)


def hrnet(state, image_13HW, align_corners):
    """Return the joined features and the logits."""
    net = Reference(state)
    feature = net.step("conv1", "bn1", normalised(image_13HW), stride=2)
    feature = net.step("conv2", "bn2", feature, stride=2)
    block = 0
    while net.has(f"layer1.{block}."):
        feature, block = net.bottleneck(f"layer1.{block}", feature), block + 1
    levels = [
        net.step("transition1.0.0", "transition1.0.1", feature),
        net.step("transition1.1.0.0", "transition1.1.0.1", feature, stride=2),
    ]
    for stage in (2, 3, 4):
        if stage > 2:
            name = f"transition{stage - 1}.{stage - 1}.0"
            levels.append(net.step(f"{name}.0", f"{name}.1", levels[-1], stride=2))
        module = 0
        while net.has(f"stage{stage}.{module}."):
            levels, module = _hrnet_module(net, f"stage{stage}.{module}", levels, align_corners), module + 1
    size = levels[0].shape[2:]
    joined = torch.cat([levels[0], *(enlarged(level, size, align_corners) for level in levels[1:])], dim=1)
    logits = net.step("last_layer.0", "last_layer.1", joined)
    return joined, enlarged(net.conv("last_layer.3", logits), image_13HW.shape[2:], align_corners)


def _hrnet_module(net, name, levels, align_corners):
    after = []
    for level, feature in enumerate(levels):
        block = 0
        while net.has(f"{name}.branches.{level}.{block}."):
            inner = f"{name}.branches.{level}.{block}"
            seen = net.step(f"{inner}.conv1", f"{inner}.bn1", feature)
            seen = net.norm(f"{inner}.bn2", net.conv(f"{inner}.conv2", seen))
            feature, block = (seen + feature).clamp(min=0), block + 1
        after.append(feature)
    fused = []
    for target in range(len(levels)):
        total = after[target].clone()
        for source, feature in enumerate(after):
            inner = f"{name}.fuse_layers.{target}.{source}"
            if source > target:
                coarse = net.norm(f"{inner}.1", net.conv(f"{inner}.0", feature))
                total += enlarged(coarse, after[target].shape[2:], align_corners)
            elif source < target:
                for step in range(target - source):
                    feature = net.norm(f"{inner}.{step}.1", net.conv(f"{inner}.{step}.0", feature, stride=2))
                    feature = feature.clamp(min=0) if step < target - source - 1 else feature
                total += feature
        fused.append(total.clamp(min=0))
    return fused


def pspnet(state, image_13HW):
    """Return the joined features, the logits and those of the auxiliary head."""
    net = Reference(state)
    feature = net.step("layer0.0", "layer0.1", normalised(image_13HW), stride=2)
    feature = net.step("layer0.3", "layer0.4", feature)
    feature = net.step("layer0.6", "layer0.7", feature)
    feature = functional.max_pool2d(feature, 3, 2, 1)
    third = feature
    for stage, stride, dilation in ((1, 1, 1), (2, 2, 1), (3, 1, 2), (4, 1, 4)):
        block = 0
        while net.has(f"layer{stage}.{block}."):
            feature = net.bottleneck(f"layer{stage}.{block}", feature, stride if block == 0 else 1, dilation)
            block += 1
        third = feature if stage == 3 else third
    parts = [feature]
    for level, cells in enumerate((1, 2, 3, 6)):
        pooled = net.step(f"ppm.features.{level}.1", f"ppm.features.{level}.2", _grid(feature, cells))
        parts.append(enlarged(pooled, feature.shape[2:], align_corners=True))
    joined = torch.cat(parts, dim=1)
    given = []
    for head, seen in (("cls", joined), ("aux", third)):
        scores = net.conv(f"{head}.4", net.step(f"{head}.0", f"{head}.1", seen))
        given.append(enlarged(scores, image_13HW.shape[2:], align_corners=True))
    return joined, *given


def _grid(feature, cells):
    """Means over a grid whose cells overlap where sides are no multiples."""
    height, width = feature.shape[2:]
    rows = []
    for row in range(cells):
        top, bottom = row * height // cells, -(-(row + 1) * height // cells)
        row_of = []
        for column in range(cells):
            left, right = column * width // cells, -(-(column + 1) * width // cells)
            row_of.append(feature[:, :, top:bottom, left:right].mean(dim=(2, 3)))
        rows.append(torch.stack(row_of, dim=2))
    return torch.stack(rows, dim=2)
