"""Listing the layers of a network that can be tapped."""

from __future__ import annotations

from collections.abc import Iterator

from generator import recipe_file
from generator.activations.layers import choose_layers, list_layers
from generator.errors import RecipeError
from generator.inputs.models import Network, load_network
from generator.recipe import LayersSection, NetworkSection, PreprocessSection


def describe_layers(model: str, weights: str, size: int) -> Iterator[str]:
    """Yield one line for every layer of a network that can be tapped; `*` marks `auto` layers.

    Args:
        model: A torchvision name, a factory `package.module:function`, or a recipe.
        weights: As `network.weights`; not used for a recipe.
        size: Input side in pixels; not used for a recipe.

    Raises:
        NetworkError: The network cannot be loaded.
    """
    network = _open(model, weights, size)
    layers = list_layers(network)
    automatic = {layer.name for layer in choose_layers(network, LayersSection(), seed=0)}
    width = max(len(layer.name) for layer in layers)
    for layer in layers:
        mark = "*" if layer.name in automatic else " "
        maps = f"{layer.height} × {layer.width}"
        after = f", after {layer.activation}" if layer.activation else ""
        what = f"{layer.module} ({layer.kind}{after})"
        yield f"{mark} {layer.name:{width}}  {layer.size:5} neurons  {maps:>9}  {what}"
    yield f"{len(layers)} layers at {network.preprocess.crop} pixels; * = chosen by `auto`"


def _open(model: str, weights: str, size: int) -> Network:
    try:
        recipe = recipe_file.load_recipe(model)
    except RecipeError:
        if model.endswith(".toml"):
            raise
    else:
        return load_network(recipe.network, recipe.preprocess, recipe.seed, "cpu")
    section = NetworkSection(model=model, weights=weights)
    preprocess = PreprocessSection(resize=size, crop=size, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
    return load_network(section, preprocess, 0, "cpu")
