"""The streamed pass: batches through the network once, the chosen neurons' maps handed on layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor

from generator.activations.layers import as_maps
from generator.activations.trace import Tap, device_of, tapped
from generator.inputs.batches import Batch
from generator.inputs.models import Network
from generator.records import Layer

Receive = Callable[[Layer, Tensor, Batch], None]


def stream(network: Network, layers: Sequence[Layer], batches: Iterable[Batch], receive: Receive) -> None:
    """Show batches to a network, handing on the response maps of all chosen neurons.

    Args:
        network: The network.
        layers: Layers with their chosen neurons.
        batches: The images.
        receive: Called for every layer of every batch with the layer, its maps (images, neurons,
            height, width), float32, on the network's device and free to be kept, and the batch.

    Raises:
        LayerError: A layer cannot be tapped.
    """
    device = device_of(network.module)
    current: list[Batch] = []

    def tap(layer: Layer) -> Tap:
        chosen = torch.tensor(layer.neurons, device=device)

        def receive_output(output: Tensor) -> None:
            receive(layer, as_maps(output, layer)[:, chosen].float().contiguous(), current[0])

        return receive_output

    taps = {layer.name: tap(layer) for layer in layers}
    with tapped(network.module, taps) as forward, torch.inference_mode():
        for batch in batches:
            current[:] = [batch]
            forward(network.preprocess.normalize(batch.pixels.to(device)))
