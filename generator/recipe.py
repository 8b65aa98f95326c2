"""The schema of a recipe: which network, images, layers and neurons, and every setting."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import tomli_w
from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator

from generator.recipe_sections import (
    FEWEST_CONCEPT_IMAGES,
    AblationSection,
    AttributionSection,
    ContrastsSection,
    ExemplarsSection,
    ExplorerSection,
    PatternsSection,
    Positive,
    ProbesSection,
    Section,
    StatisticsSection,
    VisualizationSection,
    unique,
)

Triple = tuple[float, float, float]
Neurons = Literal["all"] | int | tuple[int, ...]
Source = Literal["folder", "cifar10", "imagenette", "oxford-iiit-pet", "scenes"]
ConceptSource = Literal["scenes", "oxford-iiit-pet", "folder", "none"]


def _neurons(value: object) -> object:
    """Check the three forms of `layers.neurons` at once, so that a fault gets one message."""
    if value == "all" or _is_count(value, least=1):
        return value
    if not isinstance(value, list | tuple) or not value or not all(_is_count(one, least=0) for one in value):
        raise ValueError('must be "all", a count from 1 on, or a list of channel numbers from 0 on')
    return unique(tuple(value))


def _as_json(value: Neurons) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _is_count(value: object, *, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


class NetworkSection(Section):
    """Which network.

    `model` is a torchvision name (`resnet18`) or a factory of the user's own
    (`package.module:function`, called without arguments, returns a module). `weights` is a
    member of the model's torchvision weights enum (`DEFAULT`, `IMAGENET1K_V1`), a state-dict file
    (`.pth`, `.pt`, `.safetensors`), `random` (seeded initialization), or empty for the weights
    a factory brings itself. `class_names` is a text file, one name a line (`id<TAB>words` allowed);
    without it, a factory's module may bring a list or tuple of names as attribute `class_names`.
    """

    model: Annotated[str, Field(min_length=1)]
    weights: str = ""
    class_names: str = ""
    trained_on: str = ""


class PreprocessSection(Section):
    """How an image becomes the network's input; what is left out comes from the weights enum.

    `resize` is the shorter side and `crop` the centre crop's side, both in pixels; `mean` and
    `std` are per channel for values from 0 to 1.
    """

    resize: Positive | None = None
    crop: Positive | None = None
    interpolation: Literal["nearest", "bilinear", "bicubic"] | None = None
    mean: Triple | None = None
    std: Triple | None = None


class ImagesSection(Section):
    """Which images.

    `path` is the folder of class folders for `source = "folder"`, else where the data set is
    (or is to be) stored; empty for the user's cache. `limit` keeps a seeded random sample of so many
    images. `class_names` maps folder names to words, `folder<TAB>words` a line.
    """

    KEY: ClassVar[str] = "images"

    source: Source
    path: str = ""
    split: str = ""
    download: bool = False
    limit: Positive | None = None
    class_names: str = ""
    name: str = ""
    licence: str = ""
    citation: str = ""


class ConceptsSection(Section):
    """Which images with concept masks labels rest on, at the network's own input size.

    `scenes` are drawn (synthetic) and need nothing; `folder` is a `path` with `images/` and
    `masks/CATEGORY/`; `none` leaves labels out. `limit` is the number of scenes, or that of a
    seeded random sample of the others.
    """

    KEY: ClassVar[str] = "concepts"

    source: ConceptSource = "scenes"
    path: str = ""
    split: str = ""
    download: bool = False
    limit: Annotated[int, Field(ge=FEWEST_CONCEPT_IMAGES)] = 2000
    name: str = ""
    licence: str = ""
    citation: str = ""


class LayersSection(Section):
    """Which layers and neurons.

    `select` holds layer names, globs or `auto` (the first convolution and the outputs of the
    network's blocks). `neurons` is `all`, a list of channels, or a count drawn by `rule`.
    """

    select: Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(unique)] = ("auto",)
    neurons: Annotated[Neurons, PlainValidator(_neurons), PlainSerializer(_as_json)] = 24
    rule: Literal["random", "first"] = "random"


class ComputeSection(Section):
    """Where and how the work runs; nothing here changes a result beyond float tolerance."""

    device: str = "auto"
    batch_size: Positive = 64
    workers: Positive = 1
    backend: Literal["sequential", "loky", "threading", "dask", "ray"] = "sequential"
    shard: Positive = 1000


class Recipe(Section):
    """A whole recipe; see the sections for what each key means."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]
    title: Annotated[str, Field(min_length=1)]
    description: str = ""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    network: NetworkSection
    preprocess: PreprocessSection = PreprocessSection()
    images: ImagesSection
    concepts: ConceptsSection = ConceptsSection()
    layers: LayersSection = LayersSection()
    statistics: StatisticsSection = StatisticsSection()
    exemplars: ExemplarsSection = ExemplarsSection()
    visualization: VisualizationSection = VisualizationSection()
    probes: ProbesSection = ProbesSection()
    explorer: ExplorerSection = ExplorerSection()
    patterns: PatternsSection = PatternsSection()
    attribution: AttributionSection = AttributionSection()
    contrasts: ContrastsSection = ContrastsSection()
    ablation: AblationSection = AblationSection()
    compute: ComputeSection = ComputeSection()

    def sha256(self) -> str:
        """Return the hash of everything that can change a result (all but `compute` and prose)."""
        content = self.model_dump(mode="json", exclude={"compute", "title", "description"})
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def is_weights_file(weights: str) -> bool:
    """Whether `weights` means a state-dict file rather than a name."""
    return "/" in weights or weights.endswith((".pth", ".pt", ".safetensors"))


def published(recipe: Recipe) -> Recipe:
    """Return the recipe as pages show it: files by name, without this machine's folders."""
    images, network, probes = recipe.images, recipe.network, recipe.probes
    return recipe.model_copy(
        update={
            "images": images.model_copy(
                update={"path": _bare(images.path), "class_names": _bare(images.class_names)}
            ),
            "concepts": recipe.concepts.model_copy(update={"path": _bare(recipe.concepts.path)}),
            "probes": probes.model_copy(
                update={"labels": _bare(probes.labels), "exclude": _bare(probes.exclude)}
            ),
            "visualization": recipe.visualization.model_copy(
                update={"start_image": _bare(recipe.visualization.start_image)}
            ),
            "network": network.model_copy(
                update={"weights": _bare(network.weights), "class_names": _bare(network.class_names)}
            ),
        }
    )


def _bare(path: str) -> str:
    return Path(path).name


def to_toml(recipe: Recipe) -> str:
    """Return a recipe as TOML text: what differs from the defaults, without `compute`."""
    return tomli_w.dumps(recipe.model_dump(mode="json", exclude={"compute"}, exclude_defaults=True))
