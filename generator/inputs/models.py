"""Networks: from a recipe's section to a frozen module in eval mode, with its preprocessing and identity."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import nn

from generator.errors import NetworkError
from generator.inputs import builders
from generator.inputs.class_names import make_unique, read_class_names
from generator.inputs.devices import choose_device, compute_in_full
from generator.inputs.preprocess import Preprocess, resolve_preprocess
from generator.inputs.weights import fit, read_state, state_sha256
from generator.recipe import NetworkSection, PreprocessSection, is_weights_file
from generator.records import ImagesInfo, NetworkInfo

RANDOM = "random"


@dataclass(frozen=True, eq=False)
class Network:
    """A network ready to be measured.

    Attributes:
        module: In eval mode, float32, no parameter requires a gradient; on the wanted device.
        preprocess: How an image becomes its input.
        info: What it is.
        outputs: How many numbers it yields for an image; None where the output is not one row of numbers.
    """

    module: nn.Module
    preprocess: Preprocess
    info: NetworkInfo
    outputs: int | None = None


@dataclass(frozen=True, eq=False)
class _Built:
    """A module with weights; `member` is torchvision's enum member where the weights are official."""

    module: nn.Module
    preprocess: Preprocess
    weights: str
    member: Any | None = None


@lru_cache(maxsize=4)
def load_network(network: NetworkSection, preprocess: PreprocessSection, seed: int, device: str) -> Network:
    """Load a recipe's network; once in a process for the same arguments.

    Args:
        network: Which model and weights.
        preprocess: What wins over the preprocessing that belongs to official weights.
        seed: Of random weights.
        device: As `choose_device` takes it.

    Raises:
        NetworkError: The model, its weights, the preprocessing or the class names do not fit
            together, or cannot be found; says which.
    """
    place = choose_device(device)
    compute_in_full(place)
    with _seeded(seed):
        built = _build(network, preprocess, seed)
        outputs = _run_once(built, network.model, place)
    module = built.module
    view = built.preprocess
    info = NetworkInfo(
        model=network.model,
        weights=built.weights,
        sha256=state_sha256(module),
        code_sha256=builders.code_sha256(network.model, module),
        parameters=sum(parameter.numel() for parameter in module.parameters()),
        resize=view.resize,
        crop=view.crop,
        interpolation=view.interpolation,
        mean=view.mean,
        std=view.std,
        class_names=_class_names(network, built, outputs),
        trained_on=network.trained_on or _trained_on(built),
    )
    return Network(module, view, info, outputs)


def with_class_names(network: Network, images: ImagesInfo) -> NetworkInfo:
    """Return a network's identity; one without class names takes over those of equally many folders."""
    if network.info.class_names or len(images.class_names) != network.outputs:
        return network.info
    return replace(network.info, class_names=images.class_names)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed torch's generator, and leave it afterwards as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def _build(network: NetworkSection, section: PreprocessSection, seed: int) -> _Built:
    file = Path(network.weights).expanduser() if is_weights_file(network.weights) else None
    if builders.is_factory(network.model):
        return _build_own(network, section, file)
    model = network.model
    builders.check_model_name(model)
    if network.weights == RANDOM:
        view = resolve_preprocess(section, None)
        return _Built(builders.build_random(model, view.crop), view, f"{RANDOM} (seed {seed})")
    if file is None:
        member = builders.find_member(model, network.weights)
        view = resolve_preprocess(section, member.transforms())
        return _Built(builders.build_official(model, member), view, member.name, member)
    state = read_state(file)  # also makes sure that the file holds no code, whoever it says it is from
    member = builders.recognize(model, file)
    view = resolve_preprocess(section, None if member is None else member.transforms())
    if member is not None:
        return _Built(builders.build_official_from(model, member, file), view, member.name, member)
    return _Built(builders.build_from_state(model, state, file.name, view.crop), view, file.name)


def _build_own(network: NetworkSection, section: PreprocessSection, file: Path | None) -> _Built:
    if network.weights and file is None:
        raise NetworkError(
            f"`network.weights` must be a state-dict file or empty for `{network.model}`, "
            f"got `{network.weights}`; empty keeps the weights that the function brings or draws (seeded)"
        )
    view = resolve_preprocess(section, None)
    module = builders.build_from_factory(network.model)
    if file is None:
        return _Built(module, view, "as built by the function")
    fit(read_state(file), module, file.name, network.model)
    return _Built(module, view, file.name)


def _run_once(built: _Built, model: str, device: str) -> int | None:
    """Freeze the module on its device and run it on one black image.

    Returns:
        The number of outputs, or None where the output is not one row of numbers.
    """
    crop = built.preprocess.crop
    module = built.module.eval().float()
    try:
        module.to(device)
        pixels = torch.zeros((1, crop, crop, 3), dtype=torch.uint8, device=device)
        with torch.no_grad():
            output = module(built.preprocess.normalize(pixels))
    except Exception as error:  # the module may be the user's own, and raise anything
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise NetworkError(
            f"`{model}` does not run on images of {crop} by {crop} pixels on {device}: {reason}"
        ) from None
    module.requires_grad_(False)
    is_row = isinstance(output, torch.Tensor) and output.ndim == 2 and output.shape[0] == 1
    return output.shape[1] if is_row else None


def _class_names(network: NetworkSection, built: _Built, outputs: int | None) -> tuple[str, ...]:
    """Return the outputs' names: from the recipe, else from the weights or the factory's module."""
    if network.class_names:
        return _stated_names(network, outputs)
    if built.member is not None:
        return tuple(built.member.meta.get("categories", ()))
    return _brought_names(network.model, built.module, outputs) if builders.is_factory(network.model) else ()


def _brought_names(model: str, module: nn.Module, outputs: int | None) -> tuple[str, ...]:
    """Return the attribute `class_names` of a factory's module, empty where it has none."""
    brought = getattr(module, "class_names", None)
    if brought is None:
        return ()
    is_names = isinstance(brought, list | tuple) and all(isinstance(name, str) and name for name in brought)
    if is_names and len(brought) == outputs:
        return tuple(brought)
    wanted = (
        "left out, as its output is not one number a class"
        if outputs is None
        else f"a list or tuple of {outputs} names, one for each output"
    )
    got = f"{len(brought)} names" if is_names else f"a {type(brought).__name__} of something else"
    raise NetworkError(f"`class_names` of the module that `{model}` returns must be {wanted}, got {got}")


def _stated_names(network: NetworkSection, outputs: int | None) -> tuple[str, ...]:
    entries = read_class_names(network.class_names, "network.class_names", NetworkError)
    if outputs is None:
        raise NetworkError(
            f"`network.class_names` must be left out for `{network.model}`, "
            "whose output is not one number a class"
        )
    if len(entries) != outputs:
        raise NetworkError(
            f"`network.class_names` must have {outputs} lines, one for each output of `{network.model}`, "
            f"got {len(entries)} in `{network.class_names}`"
        )
    return make_unique([name for _, name in entries], [identifier for identifier, _ in entries])


def _trained_on(built: _Built) -> str:
    name = "" if built.member is None else str(built.member.name)
    return f"ImageNet-1k (torchvision weights {name})" if name.startswith("IMAGENET1K") else ""
