"""Insertion and deletion against bare forward passes of as many pictures: processor time of one thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from torch import Tensor

from generator.activations.layers import choose_layers
from generator.activations.trace import tapped
from generator.analyses.attribution_maps import SQUARES, answering
from generator.analyses.insertion import courses
from generator.featurevis.prepared import prepared
from generator.inputs.models import load_network
from generator.recipe_file import load_recipe

PICTURES, ORDERS, STEPS, BATCH = 4, 13, 8, 64
ROUNDS = 8
MOST = 1.3


@pytest.fixture
def _one_thread() -> Iterator[None]:
    """So that processor time is that of the work, however busy the machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.benchmark
@pytest.mark.usefixtures("_one_thread")
@pytest.mark.parametrize("name", ["stem", "stage2.1", "stage4.1"])
def test_insertion_and_deletion_against_bare_forward_passes(name: str) -> None:
    recipe = load_recipe("demo")
    network = load_network(recipe.network, recipe.preprocess, recipe.seed, "cpu")
    (layer,) = choose_layers(network, recipe.layers.model_copy(update={"select": (name,)}), recipe.seed)
    quick = prepared(network, name)
    random = np.random.default_rng(0)
    side, squares = network.preprocess.crop, SQUARES**2
    pixels = random.integers(0, 256, (PICTURES, side, side, 3), dtype=np.uint8)
    inputs = network.preprocess.normalize(torch.from_numpy(pixels))
    nothing = torch.zeros_like(inputs)
    order = np.stack([[random.permutation(squares) for _ in range(ORDERS)] for _ in range(PICTURES)])
    shown: list[int] = []

    def bare() -> None:
        """Show ready pictures, as many and in as large batches, and do nothing with the responses."""
        with tapped(quick.module, {name: lambda _output: None}) as forward, torch.no_grad():
            for count in shown:
                forward(ready[:count])

    ready = inputs.repeat(BATCH // PICTURES, 1, 1, 1).contiguous()
    with answering(quick, layer) as answer:
        middle = torch.tensor(layer.height // 2)

        def respond(made: Tensor, place: int) -> Tensor:
            channel = torch.tensor(layer.neurons[place])
            return answer(made, *(part.expand(len(made)) for part in (channel, middle, middle)))

        def counted(made: Tensor, place: int) -> Tensor:
            shown.append(len(made))
            return respond(made, place)

        courses(counted, inputs, nothing, order, steps=STEPS, batch_size=BATCH)
        own, passes = interleaved(
            lambda: courses(respond, inputs, nothing, order, steps=STEPS, batch_size=BATCH), bare
        )
    assert sum(shown) == PICTURES * (2 + 2 * ORDERS * (STEPS - 1))
    print(f"\ninsertion and deletion at {name}: {own / passes:.2f} × bare passes of {sum(shown)} pictures")
    assert own <= MOST * passes


def interleaved(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """Return the shortest time of each of two pieces of work that take turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for kept, work in zip(times, (first, second), strict=True):
            start = time.process_time()
            work()
            kept.append(time.process_time() - start)
    return min(times[0]), min(times[1])
