"""The embedded network: a small residual network that names the object of a concept scene."""

from __future__ import annotations

from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor, nn

from generator.errors import NetworkError
from generator.inputs.scenes.objects import OBJECTS

SIZE = 64
"""Side of the input in pixels."""
MEAN = (0.5, 0.5, 0.5)
STD = (0.25, 0.25, 0.25)
"""Of each channel, for values from 0 to 1: what the network was trained with."""

WEIGHTS_FILE = Path(__file__).with_name("scene_network.safetensors")
REPORT_FILE = Path(__file__).with_name("scene_network.json")
"""Beside this module; both are written by `python -m generator.training`."""

_STEM = 24
STAGES = ((16, 1), (32, 2), (64, 2), (96, 1))
"""Channels and stride of each stage's two blocks: maps of 32, 16, 8 and 8 positions a side."""
_BLOCKS = 2


class Block(nn.Module):
    """Two 3 × 3 convolutions beside a shortcut (He et al. 2016), ReLU last."""

    def __init__(self, incoming: int, outgoing: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(incoming, outgoing, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outgoing)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(outgoing, outgoing, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outgoing)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or incoming != outgoing:
            self.shortcut = nn.Sequential(
                nn.Conv2d(incoming, outgoing, 1, stride, bias=False), nn.BatchNorm2d(outgoing)
            )
        self.relu2 = nn.ReLU()

    def forward(self, inputs: Tensor) -> Tensor:
        """Return (B, outgoing, height / stride, width / stride), at least 0."""
        inner = self.norm2(self.conv2(self.relu1(self.norm1(self.conv1(inputs)))))
        outputs: Tensor = self.relu2(inner + self.shortcut(inputs))
        return outputs


class SceneNetwork(nn.Module):
    """Stem, four stages of two blocks, mean over positions, one linear layer.

    Layers worth tapping, early to late: `stem`, `stage1.0`, `stage1.1`, ... `stage4.1`.
    """

    class_names = OBJECTS

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, _STEM, 5, 2, 2, bias=False), nn.BatchNorm2d(_STEM), nn.ReLU())
        incoming = _STEM
        for number, (channels, stride) in enumerate(STAGES, start=1):
            blocks = [Block(incoming, channels, stride)]
            blocks += [Block(channels, channels, 1) for _ in range(_BLOCKS - 1)]
            self.add_module(f"stage{number}", nn.Sequential(*blocks))
            incoming = channels
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(incoming, len(OBJECTS))

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the objects' logits, (B, objects), for normalized input (B, 3, 64, 64)."""
        maps = self.stem(inputs)
        for number in range(1, len(STAGES) + 1):
            maps = self.get_submodule(f"stage{number}")(maps)
        logits: Tensor = self.fc(self.pool(maps).flatten(1))
        return logits


def network() -> SceneNetwork:
    """Return the network with its trained weights, in eval mode.

    Raises:
        NetworkError: It has not been trained yet.
    """
    if not WEIGHTS_FILE.is_file():
        raise NetworkError("the scene network is not trained yet; run `python -m generator.training`")
    module = SceneNetwork()
    module.load_state_dict(unpacked(safetensors.torch.load_file(WEIGHTS_FILE)))
    return module.eval()


def packed(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return a state dict for storage: the large tensors in half precision."""
    return {
        name: (value.half() if value.ndim > 1 else value).contiguous().clone()
        for name, value in state.items()
    }


def unpacked(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return a stored state dict in full precision."""
    return {name: value.float() if value.dtype == torch.float16 else value for name, value in state.items()}
