"""What a network answers about the images' classes: its logits, or a linear read-out of its last layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from generator.activations.layers import as_maps
from generator.activations.trace import first_tensor
from generator.errors import NetworkError
from generator.inputs.models import Network, with_class_names
from generator.records import ImagesInfo, Integers, Layer, Readout


def output_columns(network: Network, images: ImagesInfo, classes: Integers) -> Integers | None:
    """Return the network's output for each of some classes of the images, (k,) int32.

    Returns:
        None where the network has no row of outputs with names, or one of the classes is not among them.
    """
    names = with_class_names(network, images).class_names
    if network.outputs is None or len(names) != network.outputs:
        return None
    places = {name.casefold(): column for column, name in enumerate(names)}
    columns = [places.get(images.class_names[label].casefold()) for label in classes.tolist()]
    known = [column for column in columns if column is not None]
    return np.array(known, dtype=np.int32) if len(known) == len(columns) else None


class Answer:
    """Turns what a network, or its last tapped layer, yields into scores of the images' classes.

    Args:
        readout: What stands for the answer; its `scores` are not looked at.
        layers: The atlas's layers.
        device: Where the scores are computed.

    Attributes:
        end: The layer whose output is read, None for the network's own output.
    """

    def __init__(self, readout: Readout, layers: Sequence[Layer], device: torch.device) -> None:
        self.end = next((layer for layer in layers if layer.name == readout.layer), None)
        self.columns = torch.as_tensor(np.array(readout.columns), device=device, dtype=torch.long)
        self.weights = torch.as_tensor(np.array(readout.weights), device=device, dtype=torch.float32)
        self.bias = torch.as_tensor(np.array(readout.bias), device=device, dtype=torch.float32)

    def __call__(self, yielded: object) -> Tensor:
        """Return scores (images, k) of what the network or the layer yields; differentiable.

        Raises:
            NetworkError: A score is not finite.
        """
        tensor = first_tensor(yielded)
        assert tensor is not None, "a network with named outputs and a tapped layer both yield tensors"
        if self.end is None:
            scores = tensor[:, self.columns]
        else:
            scores = as_maps(tensor, self.end).flatten(2).mean(dim=2).float() @ self.weights.T + self.bias
        if not bool(scores.isfinite().all()):
            raise NetworkError("the network's answers must be finite, got NaN or infinity; check its weights")
        return scores
