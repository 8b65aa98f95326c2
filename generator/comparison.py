"""The contact sheet: our pictures beside torch-lucent's for the same neurons, drawn by the recipe's seed."""

from __future__ import annotations

import importlib.metadata
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from generator.activations.layers import choose_layers
from generator.errors import LayerError
from generator.featurevis.beside_lucent import SHOWN, lucents_picture, measured
from generator.featurevis.measure import BRIGHTEST
from generator.featurevis.optimize import derive_seed
from generator.featurevis.visualize import Making, visualize
from generator.inputs.devices import choose_device
from generator.inputs.models import Network, load_network
from generator.progress import Reporter
from generator.recipe import Recipe
from generator.records import Bytes8, ComparedNeuron, Comparison, Layer, MadePicture, MadePictures
from generator.store.artifacts import has_record, load_record, replace_record, save_record
from generator.store.cleaning import locked, remove_leftovers
from generator.store.keys import key_of
from generator.store.layout import Layout

VERSION = 2  # goes up when the same recipe would give another comparison
LAYERS = 5  # at even distances from the first to the last
PACKAGES = ("neuron-atlas", "torch", "torch-lucent")


def compare(recipe: Recipe, layout: Layout, reporter: Reporter, *, steps: int, neurons: int) -> None:
    """Make both pictures of some neurons and keep them as a record that `render` shows.

    What is finished is kept at once, so the same command goes on where it was interrupted.

    Args:
        recipe: Names the network, its layers, the seed, and how our pictures are made.
        layout: Where records stand.
        reporter: Shows progress.
        steps: Of lucent's optimization.
        neurons: Of each of five layers.

    Raises:
        NeuronAtlasError: The network or its layers do not fit the recipe.
    """
    device = choose_device(recipe.compute.device)
    with locked(layout):
        remove_leftovers(layout)
        with reporter.stage("network", recipe.network.model):
            network = load_network(recipe.network, recipe.preprocess, recipe.seed, device)
            layers = drawn(network, recipe, neurons)
        sheet = _Sheet(recipe, network, layout, device, steps)
        with reporter.stage("comparison") as advance:
            total = sum(len(layer.neurons) for layer in layers)
            compared: list[ComparedNeuron] = []
            for layer in layers:
                ours = sheet.ours(layer)
                for channel, own in zip(layer.neurons, ours.pictures, strict=True):
                    compared.append(ComparedNeuron(layer.name, channel, own, sheet.lucents(layer, channel)))
                    advance(len(compared), total)
        replace_record(layout.comparison(recipe.name), sheet.record(compared))


def drawn(network: Network, recipe: Recipe, neurons: int) -> tuple[Layer, ...]:
    """Return up to five of the recipe's convolutional layers, with neurons drawn by the recipe's seed.

    Raises:
        LayerError: The recipe has no convolutional layer.
    """
    section = recipe.layers.model_copy(update={"neurons": neurons, "rule": "random"})
    found = [layer for layer in choose_layers(network, section, recipe.seed) if layer.kind == "convolution"]
    if not found:
        raise LayerError(
            "`layers.select` must name a convolutional layer to compare pictures, got none; add one",
            wanted="convolution",
        )
    places = np.unique(np.linspace(0, len(found) - 1, LAYERS).round().astype(int))
    return tuple(found[place] for place in places)


@dataclass(frozen=True)
class _Sheet:
    """A comparison under way: what is there already, and how the rest is made."""

    recipe: Recipe
    network: Network
    layout: Layout
    device: str
    steps: int

    def ours(self, layer: Layer) -> MadePictures:
        """Make the pictures of a layer's neurons together, of the size at which lucent's are shown."""
        section, folder = self.recipe.visualization, self._part("ours", layer.name, layer.neurons)
        if not has_record(folder):
            making = Making(
                size=SHOWN,
                steps=section.steps,
                learning_rate=section.learning_rate,
                seed=self.recipe.seed,
                precision=section.precision,
            )
            start = time.perf_counter()
            found = visualize(self.network, layer, layer.neurons, making)
            seconds = (time.perf_counter() - start) / len(layer.neurons)
            pictures = [
                self._made(layer, channel, pixels, seconds)
                for channel, pixels in zip(layer.neurons, found.pictures, strict=True)
            ]
            save_record(folder, MadePictures(tuple(pictures)))
        return load_record(folder, MadePictures)

    def lucents(self, layer: Layer, channel: int) -> MadePicture:
        """Make lucent's picture of a neuron."""
        folder = self._part("lucent", layer.name, (channel,))
        if not has_record(folder):
            seed = derive_seed(self.recipe.seed, layer.name, channel, "lucent")
            start = time.perf_counter()
            picture = lucents_picture(self.network, layer, channel, steps=self.steps, seed=seed)
            seconds = time.perf_counter() - start
            pixels = (picture.clamp(0, 1) * BRIGHTEST).round().to(torch.uint8).permute(1, 2, 0).numpy()
            save_record(folder, self._made(layer, channel, pixels, seconds))
        return load_record(folder, MadePicture)

    def record(self, compared: Sequence[ComparedNeuron]) -> Comparison:
        """Return the whole sheet."""
        recipe = self.recipe
        return Comparison(
            atlas=recipe.name,
            title=recipe.title,
            seed=recipe.seed,
            device=self.device,
            network=self.network.info,
            our_steps=recipe.visualization.steps,
            their_steps=self.steps,
            versions={name: importlib.metadata.version(name) for name in PACKAGES},
            neurons=tuple(compared),
        )

    def _made(self, layer: Layer, channel: int, pixels: Bytes8, seconds: float) -> MadePicture:
        picture = torch.from_numpy(np.array(pixels)).permute(2, 0, 1).float() / BRIGHTEST
        clean, robust = measured(self.network, layer, channel, picture)
        return MadePicture(pixels, clean, robust, seconds)

    def _part(self, whose: str, layer: str, neurons: Sequence[int]) -> Path:
        """Return where a finished part stands: its name is the key of all that it depends on."""
        settings = self.recipe.visualization.model_dump(mode="json") if whose == "ours" else self.steps
        network = replace(self.network.info, class_names=(), trained_on="", weights="")
        content = {
            "version": VERSION, "whose": whose, "layer": layer, "neurons": list(neurons), "network": network,
            "settings": settings, "seed": self.recipe.seed, "device": self.device,
        }  # fmt: skip
        return self.layout.comparison_parts(self.recipe.name) / key_of(content)
