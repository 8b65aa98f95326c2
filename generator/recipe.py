"""The schema of a recipe: which network, images, layers and neurons, and every setting."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import tomli_w
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator

Positive = Annotated[int, Field(ge=1)]
Triple = tuple[float, float, float]
Neurons = Literal["all"] | int | tuple[int, ...]
Source = Literal["folder", "cifar10", "imagenette", "oxford-iiit-pet", "scenes"]
Precision = Literal["float32", "bfloat16"]
ConceptSource = Literal["scenes", "oxford-iiit-pet", "folder", "none"]
FEWEST_CONCEPT_IMAGES = 40


def _unique(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(values)) != len(values):
        raise ValueError("must not name anything twice")
    return values


def _neurons(value: object) -> object:
    """Check the three forms of `layers.neurons` at once, so that a fault gets one message."""
    if value == "all" or _is_count(value, least=1):
        return value
    if not isinstance(value, list | tuple) or not value or not all(_is_count(one, least=0) for one in value):
        raise ValueError('must be "all", a count from 1 on, or a list of channel numbers from 0 on')
    return _unique(tuple(value))


def _as_json(value: Neurons) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _is_count(value: object, *, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


class Section(BaseModel):
    """A part of a recipe: immutable, strict, without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


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

    select: Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_unique)] = ("auto",)
    neurons: Annotated[Neurons, PlainValidator(_neurons), PlainSerializer(_as_json)] = 24
    rule: Literal["random", "first"] = "random"


class StatisticsSection(Section):
    """Statistics: bins of the shown histograms and bootstrap resamples for intervals."""

    bins: Annotated[int, Field(ge=8, le=512)] = 48
    bootstrap: Annotated[int, Field(ge=20, le=10_000)] = 200


class ExemplarsSection(Section):
    """Exemplars: how many images of each kind; strata are drawn from `pool` random images."""

    top: Annotated[int, Field(ge=1, le=64)] = 9
    bottom: Annotated[int, Field(ge=1, le=64)] = 5
    strata: Annotated[int, Field(ge=1, le=20)] = 5
    per_stratum: Annotated[int, Field(ge=1, le=20)] = 3
    random: Annotated[int, Field(ge=1, le=64)] = 9
    pool: Annotated[int, Field(ge=10)] = 1000


class VisualizationSection(Section):
    """Feature visualization: pixels a side (default: the network's input size), steps, step size.

    Each neuron gets a picture from each of `seeds` random starts; where wanted also `facets` that
    are pushed apart (2 or more), one that suppresses it (`negative`), one with magnitudes like natural
    images' (`constrained`), one by plain activation maximization (`plain`) and one by the same that starts
    from `start_image`. `transparent` adds to each picture a mask of where it mattered. `batch`
    neurons are optimized together, fewer where memory is short. `precision` is that of the network
    during the optimization; all that is reported is measured in float32.
    The first `twin` neurons of each layer are visualized in the randomly initialized twin too; 0
    leaves it out.
    """

    size: Annotated[int, Field(ge=16, le=1024)] | None = None
    steps: Annotated[int, Field(ge=8, le=10_000)] = 180
    learning_rate: Annotated[float, Field(gt=0, le=10)] = 0.5
    batch: Positive = 24
    precision: Precision = "float32"
    seeds: Annotated[int, Field(ge=1, le=9)] = 3
    facets: Annotated[int, Field(ge=0, le=9)] = 0
    negative: bool = True
    constrained: bool = False
    plain: bool = True
    start_image: str = ""
    transparent: bool = False
    twin: Annotated[int, Field(ge=0)] = 8


def _disjoint(superclasses: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    _unique(tuple(name for names in superclasses.values() for name in names))
    return superclasses


class ProbesSection(Section):
    """Linear probes: how many images of each kind, dimensions of the features, splits into halves.

    `superclasses` sorts the classes of the images into groups. `labels` is a CSV file of answers of
    the user's own: a column `image` of image ids, and a column for each task. `exclude` is a text file
    of the ids of images that the network was trained on, one a line: these are not probed.
    """

    enabled: bool = True
    images: Annotated[int, Field(ge=FEWEST_CONCEPT_IMAGES)] = 2000
    dimensions: Annotated[int, Field(ge=8, le=4096)] = 256
    splits: Annotated[int, Field(ge=5, le=100)] = 5
    superclasses: Annotated[Mapping[str, tuple[str, ...]], AfterValidator(_disjoint)] = {}
    labels: str = ""
    exclude: str = ""


class ExplorerSection(Section):
    """The page that runs the network in the reader's browser, on an image of the reader's own.

    `megabytes` is how large its weights may be there (10^6 bytes, in half precision); the page of a
    larger network says so instead.
    """

    enabled: bool = True
    megabytes: Positive = 120


class PatternsSection(Section):
    """Activation patterns: of how many images drawn at random, as many of each class as can be.

    `images` names further ones by id. For each image and layer the `strongest` neurons are shown.
    """

    drawn: Annotated[int, Field(ge=0, le=500)] = 16
    images: Annotated[tuple[str, ...], AfterValidator(_unique)] = ()
    strongest: Annotated[int, Field(ge=1, le=20)] = 4


class AttributionSection(Section):
    """Which part of a neuron's strongest images its peak comes from, by several methods.

    Of each layer the first `neurons`, on the strongest `exemplars` of each (at most `exemplars.top`).
    `baseline` is what stands for nothing: the `mean` colour, or the picture `blurred`. Insertion and deletion
    go in `steps`; integrated gradients take `integration` points.
    """

    enabled: bool = True
    neurons: Positive = 24
    exemplars: Annotated[int, Field(ge=1, le=64)] = 1
    baseline: Literal["mean", "blurred"] = "mean"
    steps: Annotated[int, Field(ge=4, le=64)] = 8
    integration: Annotated[int, Field(ge=2, le=500)] = 16


def _pairs(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    for first, second in pairs:
        if first == second:
            raise ValueError(f"must name two different classes, got `{first}` twice")
    if len({frozenset(pair) for pair in pairs}) < len(pairs):
        raise ValueError("must not name a pair twice, in either order")
    return pairs


class ContrastsSection(Section):
    """Class contrasts: which pairs of classes, and how surely their neurons are found.

    `pairs` names classes of the images; without any it is cat and dog where both are there, else the
    pair that the network confuses most. `rate` is the share of false discoveries that is allowed,
    `shuffles` the number of times that the labels are shuffled. Up to `images` of each class and half are
    shown to the network again for its answer.
    """

    enabled: bool = True
    pairs: Annotated[tuple[tuple[str, str], ...], AfterValidator(_pairs)] = ()
    rate: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    shuffles: Annotated[int, Field(ge=19, le=10_000)] = 200
    images: Annotated[int, Field(ge=10)] = 100


class AblationSection(Section):
    """Ablation: what the network loses without the neurons of a contrast, and without single neurons.

    Confirmed neurons are taken away on up to `images` held-out images of each of the two classes, and
    compared with `draws` draws of other neurons of the layer, at random and of like mean activation. Single
    neurons of the last two stages are tried on `single_images` held-out images of each class.
    """

    enabled: bool = True
    images: Annotated[int, Field(ge=10)] = 100
    draws: Annotated[int, Field(ge=2, le=1000)] = 10
    single_images: Annotated[int, Field(ge=5)] = 20


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
