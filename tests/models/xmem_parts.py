"""What tests of XMem share: random weights of the released layout, the network written as plain equations on
those, and a toy network that knows colours alone."""

from functools import cache

import torch
from torch.nn import functional

from masklet.models.xmem import made_up
from masklet.models.xmem.blocks import Scales
from masklet.models.xmem.checkpoint import network_of
from masklet.models.xmem.keys import Keys
from masklet.models.xmem.network import Dims, FrameCode

DIMS = (8, 32, 8)
"""Channels of key, value and sensory memory of the random weights."""
CPU = torch.device("cpu")


@cache
def random_state(*, sensory=DIMS[2], input_channels=5):
    """A random state dict of the released layout, small."""
    return made_up.random_state(*DIMS[:2], sensory, input_channels=input_channels)


@cache
def random_network(dtype=torch.float64, **kinds):
    return network_of(random_state(**kinds)).ready(CPU, dtype)


class Plain:
    """The network of a state dict in float64, one object at a time, batch norms where they are in training."""

    def __init__(self, state):
        self.state = {name: value.double() for name, value in state.items()}

    def conv(self, name, feature, stride=1, padding=None):
        weight, bias = self.state[f"{name}.weight"], self.state.get(f"{name}.bias")
        padding = weight.shape[-1] // 2 if padding is None else padding
        return functional.conv2d(feature, weight, bias, stride, padding)

    def norm(self, name, feature):
        parts = (self.state[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias"))
        return functional.batch_norm(feature, *parts)

    def resnet(self, name, image, stages):
        feature = self.norm(f"{name}.bn1", self.conv(f"{name}.conv1", image, 2)).relu()
        features = [functional.max_pool2d(feature, 3, 2, 1)]
        for stage in stages:
            feature, block = features[-1], 0
            while f"{name}.{stage}.{block}.conv1.weight" in self.state:
                stride = 2 if block == 0 and stage in ("layer2", "layer3") else 1
                feature = self.block(f"{name}.{stage}.{block}", feature, stride)
                block += 1
            features.append(feature)
        return features[1:]

    def block(self, name, feature, stride):
        convs = [number for number in (1, 2, 3) if f"{name}.conv{number}.weight" in self.state]
        strided = 2 if len(convs) == 3 else 1
        hidden = feature
        for number in convs:
            hidden = self.conv(f"{name}.conv{number}", hidden, stride if number == strided else 1)
            hidden = self.norm(f"{name}.bn{number}", hidden)
            hidden = hidden.relu() if number != convs[-1] else hidden
        if f"{name}.downsample.0.weight" in self.state:
            feature = self.norm(f"{name}.downsample.1", self.conv(f"{name}.downsample.0", feature, stride))
        return (hidden + feature).relu()

    def residual(self, name, feature):
        hidden = self.conv(f"{name}.conv2", self.conv(f"{name}.conv1", feature.relu()).relu())
        around = f"{name}.downsample"
        return hidden + (self.conv(around, feature) if f"{around}.weight" in self.state else feature)

    def attention(self, name, feature):
        def channels(pooled):
            first, second = (f"{name}.ChannelGate.mlp.{number}" for number in (1, 3))
            hidden = (pooled @ self.state[f"{first}.weight"].T + self.state[f"{first}.bias"]).relu()
            return hidden @ self.state[f"{second}.weight"].T + self.state[f"{second}.bias"]

        weight = torch.sigmoid(channels(feature.mean((2, 3))) + channels(feature.amax((2, 3))))
        feature = feature * weight[:, :, None, None]
        places = torch.cat([feature.amax(1, keepdim=True), feature.mean(1, keepdim=True)], 1)
        return feature * torch.sigmoid(self.conv(f"{name}.SpatialGate.spatial.conv", places))

    def fuser(self, name, frame, feature):
        hidden = self.residual(f"{name}.block1", torch.cat([frame, feature], 1))
        return self.residual(f"{name}.block2", hidden + self.attention(f"{name}.attention", hidden))

    def gate(self, name, feature, hidden):
        values = self.conv(f"{name}.transform", torch.cat([feature, hidden], 1))
        forget, update, value = values.split(hidden.shape[1], 1)
        forget, update = torch.sigmoid(forget), torch.sigmoid(update)
        return forget * hidden * (1 - update) + update * torch.tanh(value)

    def normal(self, image):
        mean = torch.tensor([0.485, 0.456, 0.406]).double().view(3, 1, 1)
        return (image - mean) / torch.tensor([0.229, 0.224, 0.225]).double().view(3, 1, 1)

    def encode(self, image):
        f4, f8, f16 = self.resnet("key_encoder", self.normal(image), ("res2", "layer2", "layer3"))
        key, d, e = (self.conv(f"key_proj.{part}", f16) for part in ("key_proj", "d_proj", "e_proj"))
        return (f16, f8, f4), (key, d**2 + 1, torch.sigmoid(e))

    def value(self, image, f16, mask, others, hidden):
        """Of one object."""
        channels = self.state["value_encoder.conv1.weight"].shape[1] - 3
        seen = torch.cat([self.normal(image), torch.stack([mask, others])[None, :channels]], 1)
        value = self.fuser(
            "value_encoder.fuser", f16, self.resnet("value_encoder", seen, ("layer1", "layer2", "layer3"))[-1]
        )
        return value, self.gate("value_encoder.hidden_reinforce", value, hidden)

    def decode(self, scales, readout, hidden):
        """Of one object: logits at four times the finest scale, and the new sensory memory."""
        f16, f8, f4 = scales
        g16 = self.fuser("decoder.fuser", f16, torch.cat([readout, hidden], 1))
        g8 = self.grown("decoder.up_16_8", f8, g16)
        g4 = self.grown("decoder.up_8_4", f4, g8)
        logits = self.conv("decoder.pred", g4.relu())
        shrunk = [functional.avg_pool2d(g8, 2), functional.avg_pool2d(torch.cat([g4, logits], 1), 4)]
        feature = sum(
            self.conv(f"decoder.hidden_update.g{cell}_conv", each)
            for cell, each in zip((16, 8, 4), (g16, *shrunk), strict=True)
        )
        wide = functional.interpolate(logits, scale_factor=4, mode="bilinear", align_corners=False)
        return wide, self.gate("decoder.hidden_update", feature, hidden)

    def grown(self, name, skip, feature):
        twice = functional.interpolate(feature, scale_factor=2, mode="bilinear", align_corners=False)
        return self.residual(f"{name}.out_conv", twice + self.conv(f"{name}.skip_conv", skip))


class ToyNetwork:
    """Cells of 4 pixels that are found by their colour; a value is how much of a cell the mask covers."""

    def __init__(self, wide=torch.float32, contrast=20.0):
        self.dims, self.device, self.dtype, self.wide = Dims(key=3, value=2, sensory=1), CPU, wide, wide
        self.contrast = contrast

    def encode(self, image_13HW):
        colour = functional.avg_pool2d(image_13HW, 4)
        key = colour[0].flatten(1).T.contiguous() * self.contrast
        keys = Keys(key, 1 + key[:, 0].square(), 0.5 + 0.5 * torch.sigmoid(key))
        return FrameCode(image_13HW, Scales(colour, colour, colour), keys)

    def decode(self, code, readout_NVhw, sensory_NShw, *, at_once, update, regions=None):
        share = readout_NVhw[:, :1] - 0.1 * readout_NVhw[:, 1:] + 0.01 * sensory_NShw
        logits = functional.interpolate(12 * (share - 0.5), scale_factor=4, mode="bilinear", align_corners=False)
        return logits[:, 0], 0.5 * sensory_NShw + 0.5 * share if update else sensory_NShw

    def value(self, code, mask_NHW, others_NHW, sensory_NShw, *, at_once):
        share = functional.avg_pool2d(torch.stack([mask_NHW, others_NHW], dim=1), 4)
        return share, 0.8 * sensory_NShw + 0.2 * share[:, :1]
