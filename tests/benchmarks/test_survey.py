"""What the survey costs beside the bare forward pass, and that its memory does not grow with the images."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import get_model

from generator.activations.layers import choose_layers
from generator.activations.running import RunningSurvey
from generator.activations.stream import Receive, stream
from generator.inputs.batches import Batch
from generator.inputs.models import Network
from generator.recipe import LayersSection
from generator.records import Layer
from tests.planted import network_of, random_batches

SIDE, BATCH, CLASSES, KEPT = 64, 64, 10, 9
ROUNDS = 24  # batches, each timed bare and surveyed
MOST = 1.25  # times the bare forward pass
KIBIBYTE = 1024  # ru_maxrss counts these on Linux


def receiver(running: dict[str, RunningSurvey]) -> Receive:
    def receive(layer: Layer, maps: Tensor, batch: Batch) -> None:
        running[layer.name].add(maps, batch.indices, batch.labels)

    return receive


def resnet() -> Network:
    torch.manual_seed(0)
    return network_of(get_model("resnet18", weights=None), SIDE)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@pytest.fixture(params=[1, torch.get_num_threads()], ids=["one thread", "all threads"])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


@pytest.mark.benchmark
@pytest.mark.parametrize("neurons", [24, "all"])
def test_time_beside_the_bare_truncated_forward_pass(neurons: int | str, threads: int) -> None:
    """Stream one survey over many batches, each also run bare: the same tensors, a moment apart.

    Asserted with one thread: where others use the machine too, threads mostly wait for each other.
    """
    network = resnet()
    layers = choose_layers(network, LayersSection(neurons=neurons), 0)
    assert layers[-1].name == "layer4.1"
    bare = nn.Sequential(*list(network.module.children())[:-2])
    running = {layer.name: RunningSurvey(layer, KEPT, CLASSES) for layer in layers}
    times = []
    for batch in random_batches(ROUNDS * BATCH, BATCH, SIDE, classes=CLASSES):
        inputs = network.preprocess.normalize(batch.pixels)
        with torch.inference_mode():
            alone = seconds(partial(bare, inputs))
        times.append((alone, seconds(partial(stream, network, layers, [batch], receiver(running)))))
    alone, surveyed = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(ours / bare_alone for bare_alone, ours in times)
    print(f"\n{neurons} neurons a layer, {threads} threads, batches of {BATCH}: ", end="")
    print(f"{alone:.3f} s bare, {surveyed:.3f} s surveyed, ×{ratio:.2f} (medians)")
    if neurons == 24 and threads == 1:
        assert ratio <= MOST


def peak_memory(images: int) -> float:
    """Survey so many images in a new process; return its peak resident memory less pooled responses."""
    code = f"from tests.benchmarks.test_survey import survey_and_print; survey_and_print({images})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def survey_and_print(images: int) -> None:
    network = resnet()
    layers = choose_layers(network, LayersSection(select=("conv1", "layer1.0")), 0)
    one = next(random_batches(BATCH, BATCH, SIDE, classes=CLASSES))
    batches = (Batch(one.indices + start, one.labels, one.pixels) for start in range(0, images, BATCH))
    running = {layer.name: RunningSurvey(layer, KEPT, CLASSES) for layer in layers}
    stream(network, layers, batches, receiver(running))
    results = [summary.result() for summary in running.values()]
    pooled = 2 * sum(result.peaks.nbytes + result.means.nbytes for result in results)  # as rows, then as one
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIBIBYTE - pooled)


@pytest.mark.benchmark
def test_peak_memory_does_not_grow_with_the_images() -> None:
    few, many = peak_memory(2_000), peak_memory(6_000)
    print(f"\npeak memory less pooled responses: {few / 2**20:.0f} and {many / 2**20:.0f} MiB")
    assert many == pytest.approx(few, rel=0.1)
