"""Attributes single activations to squares of images, and scores every method's order of squares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from generator.activations.layers import as_maps
from generator.activations.trace import device_of, tapped
from generator.analyses.attribution_maps import (
    Answer,
    Places,
    answering,
    baselines,
    captum_maps,
    response_maps,
)
from generator.analyses.base import Context
from generator.analyses.insertion import Respond, area, courses, ranks
from generator.featurevis.objectives import own_maps
from generator.featurevis.optimize import derive_seed
from generator.featurevis.prepared import prepared
from generator.inputs.batches import batches
from generator.inputs.models import Network
from generator.records import METHODS, Floats, Integers, Layer, LayerCentres

RANDOM_ORDERS = 9
"""A reversed order has the score's negative: by chance a method exceeds the magnitudes of nine random
scores in 1 of 20 cases."""


@dataclass(frozen=True)
class Asked:
    """Activations to be explained: of a neuron each (k), on an image each."""

    images: Integers  # (k,), indices
    channels: Integers  # (k,)
    position: Integers  # (k, 2), row and column of the response map


@dataclass(frozen=True)
class PairAttribution:
    """What is found for the activations (k) asked for; `LayerAttribution` says what each field holds.

    `random_insertion` and `random_deletion` are of random orders (k, r).
    """

    whole: Floats
    nothing: Floats
    maps: Floats
    reach: Floats
    explained: Floats
    insertion: Floats
    deletion: Floats
    random_insertion: Floats
    random_deletion: Floats


def pair_attribution(context: Context, layer: Layer, centres: LayerCentres, asked: Asked) -> PairAttribution:
    """Attribute activations of a layer's neurons to the squares of images, and score the attributions.

    Args:
        context: Network, images and settings.
        layer: A layer of the network.
        centres: Where its cells lie on the network's input.
        asked: The activations, at least one.
    """
    network, size = prepared(context.network(), layer.name), context.recipe.compute.batch_size
    device, done = device_of(network.module), 0
    parts = []
    for batch in batches(context.images, asked.images, network.preprocess, size):
        own = slice(done, done + len(batch.indices))
        done = own.stop
        channels, (rows, columns) = asked.channels[own], asked.position[own].T
        inputs = network.preprocess.normalize(batch.pixels.to(device))
        places = Places(
            *(torch.from_numpy(np.array(one, dtype=np.int64)).to(device) for one in (channels, rows, columns))
        )
        maps = _own_responses(network, layer, inputs, channels)
        response = response_maps(maps, centres, inputs.shape[-1])
        seeds = [
            derive_seed(context.recipe.seed, "attribution", layer.name, channel, context.images.ids[image])
            for channel, image in zip(channels.tolist(), batch.indices.tolist(), strict=True)
        ]
        with answering(network, layer) as answer:
            parts.append(_attributed(context, answer, inputs, places, response=response, seeds=seeds))
    return joined(parts)


def joined(parts: Sequence[PairAttribution]) -> PairAttribution:
    """Lay the activations of several parts behind each other."""
    names = [field.name for field in fields(PairAttribution)]
    return PairAttribution(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@torch.no_grad()
def _own_responses(network: Network, layer: Layer, inputs: Tensor, channels: Integers) -> Floats:
    """Return the response map (B, height, width) of each picture's own neuron."""
    caught: list[Tensor] = []
    with tapped(network.module, {layer.name: caught.append}) as forward:
        forward(inputs)
    maps: Floats = own_maps(as_maps(caught.pop(), layer), channels.tolist()).float().cpu().numpy()
    return maps


def _attributed(
    context: Context,
    answer: Answer,
    inputs: Tensor,
    places: Places,
    *,
    response: Floats,
    seeds: Sequence[int],
) -> PairAttribution:
    """Attribute the activations of one batch of pictures (B)."""
    settings, size = context.recipe.attribution, context.recipe.compute.batch_size
    nothing = baselines(inputs, settings.baseline)
    found = captum_maps(answer, inputs, nothing, places, integration=settings.integration, batch_size=size)
    maps, reach = _shares(np.stack([response, found.gradient, found.integrated, found.occlusion], axis=1))
    respond, orders = _placed(answer, places), _orders(maps, seeds)
    course = courses(respond, inputs, nothing, orders, steps=settings.steps, batch_size=size)
    insertion, deletion = area(course.insertion, course.whole), area(course.deletion, course.whole)
    difference = (course.whole - course.nothing).astype(np.float64)
    explained = np.full_like(difference, np.nan)
    np.divide(found.integrated_sum, difference, out=explained, where=difference != 0)
    methods = len(METHODS)
    return PairAttribution(
        whole=course.whole,
        nothing=course.nothing,
        maps=maps,
        reach=reach,
        explained=explained.astype(np.float32),
        insertion=insertion[:, :methods],
        deletion=deletion[:, :methods],
        random_insertion=insertion[:, methods:],
        random_deletion=deletion[:, methods:],
    )


def _shares(maps: Floats) -> tuple[Floats, Floats]:
    """Return maps (B, m, s, s) as shares of their largest magnitudes, float16, and these (B, m) float32."""
    reach = np.abs(maps).max(axis=(2, 3))
    scale = reach[..., None, None]
    shares = np.divide(maps, scale, out=np.zeros_like(maps), where=scale > 0)
    return shares.astype(np.float16), reach.astype(np.float32)


def _placed(answer: Answer, places: Places) -> Respond:
    """Return the response at the place of one picture, whatever is made of it."""

    def respond(inputs: Tensor, place: int) -> Tensor:
        return answer(inputs, *(part[place].expand(len(inputs)) for part in places))

    return respond


def _orders(maps: Floats, seeds: Sequence[int]) -> Integers:
    """Return each method's order of the squares, ties at random, and random orders: (B, o, q)."""
    values = maps.reshape(*maps.shape[:2], -1).astype(np.float64)
    generators = [np.random.default_rng(seed) for seed in seeds]
    drawn = np.stack(
        [[one.permutation(values.shape[2]) for _ in range(1 + RANDOM_ORDERS)] for one in generators]
    )
    ties = np.broadcast_to(drawn[:, :1], values.shape)
    return np.concatenate([ranks(values, ties), drawn[:, 1:]], axis=1)
