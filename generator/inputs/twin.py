"""The randomly initialized twin of a network: the same architecture, having learned nothing."""

from __future__ import annotations

import copy
from functools import lru_cache

import torch
from torch import Tensor, nn

from generator.inputs.models import Network

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)


@lru_cache(maxsize=2)
def random_twin(network: Network, seed: int) -> Network:
    """Return a network of the same structure with freshly drawn weights; once in a process for each.

    Every module is initialized as torch initializes it, convolutions as He et al. do (so that
    responses neither vanish nor explode with depth where normalization has learned nothing), their
    biases at zero; normalization starts as the identity. Parameters that a module holds by itself
    (a class token, position codes) are drawn anew from a normal distribution of their own mean and
    standard deviation. What does not come from weights (preprocessing, structure, fixed buffers of
    modules without an initialization) is kept.

    Args:
        network: The trained network; left as it is.
        seed: Of everything that is drawn; the twin of a seed is the same on every device.

    Returns:
        The twin on the network's device, frozen and in eval mode; `info` still names the trained network.

    Source:
        Adebayo et al., Sanity Checks for Saliency Maps, NeurIPS 2018 (randomized networks as a
        control); He, Zhang, Ren & Sun, Delving Deep into Rectifiers, ICCV 2015 (fan-out, as
        torchvision's ResNets start).
    """
    module = copy.deepcopy(network.module)
    device = next((tensor.device for tensor in module.parameters()), torch.device("cpu"))
    module.cpu()
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        for part in module.modules():
            _initialize(part)
    module.to(device).eval().requires_grad_(requires_grad=False)
    return Network(module, network.preprocess, network.info, network.outputs)


def _initialize(part: nn.Module) -> None:
    """Draw the parameters that a module itself holds; those of its children are their own affair."""
    if isinstance(part, CONVOLUTIONS):
        nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")
        if part.bias is not None:
            nn.init.zeros_(part.bias)
        return
    reset = getattr(part, "reset_parameters", None) or getattr(part, "_reset_parameters", None)
    if callable(reset):
        reset()
        return
    for parameter in part.parameters(recurse=False):
        _redraw(parameter)


def _redraw(parameter: Tensor) -> None:
    """Draw from a normal distribution of the parameter's own mean and standard deviation."""
    spread = parameter.std(correction=0).item() if parameter.is_floating_point() else 0.0
    parameter.copy_(torch.randn(parameter.shape) * spread + parameter.mean())
