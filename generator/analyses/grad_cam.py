"""Grad-CAM of the difference of two classes' logits, at any layer with maps, by Captum."""

from __future__ import annotations

import numpy as np
import torch
from captum.attr import LayerGradCam
from torch import Tensor, nn

from generator.activations.layers import as_maps
from generator.activations.trace import Tap, tapped
from generator.analyses.answering import Answer
from generator.inputs.models import Network
from generator.records import Floats, Layer

WHOLE = ""
"""Name of the network itself among its modules: its output is the network's."""


def grad_cam(
    network: Network, layer: Layer, answer: Answer, pair: tuple[int, int], inputs: Tensor
) -> tuple[Floats, Floats]:
    """Return Grad-CAM at a layer of the difference of two of an answer's scores.

    At every position it is the sum over all channels of the response times the mean gradient of the
    difference by that channel's responses. It is signed: no rectification at the end, for what speaks for
    the second class is wanted too.

    Args:
        network: Frozen and in eval mode.
        layer: A layer of it that the answer depends on.
        answer: What gives the scores.
        pair: Columns of the scores: the first less the second.
        inputs: (images, 3, height, width), as the network takes them.

    Returns:
        Maps (images, height, width) float32, and the differences (images,) float64.

    Raises:
        NetworkError: A score is not finite.

    Source:
        Selvaraju et al. 2017, "Grad-CAM", section 3; Captum's `LayerGradCam`.
    """
    own, differences = nn.Identity(), []

    def difference(shown: Tensor) -> Tensor:
        scores = _answered(network, layer, answer, own, shown)
        differences.append((scores[:, pair[0]] - scores[:, pair[1]]).detach().cpu().double().numpy())
        return scores[:, pair[0]] - scores[:, pair[1]]

    found = LayerGradCam(difference, own).attribute(inputs)
    assert isinstance(found, Tensor)
    maps: Floats = found[:, 0].detach().float().cpu().numpy()
    return maps, np.asarray(differences[-1])


def _answered(network: Network, layer: Layer, answer: Answer, own: nn.Module, inputs: Tensor) -> Tensor:
    """Return the answer's scores, with the layer's maps led through a module that Captum can watch.

    Whatever the layout of the layer's output, the module sees (images, channels, height, width).
    """
    caught: list[Tensor] = []
    nothing: list[Tensor] = []
    end = WHOLE if answer.end is None else answer.end.name

    def through(output: Tensor) -> Tensor:
        maps = own(as_maps(output, layer).detach().requires_grad_())
        nothing.append(0 * maps.sum())  # an answer that does not depend on the layer has gradient 0
        instead = output.detach().clone()
        as_maps(instead, layer).copy_(maps)  # a view of it: autograd follows
        if layer.name == end:
            caught.append(instead)
        return instead

    taps: dict[str, Tap] = {end: caught.append, layer.name: through}
    with tapped(network.module, taps) as forward, torch.enable_grad():
        forward(inputs)
    return answer(caught.pop()) + nothing.pop()
