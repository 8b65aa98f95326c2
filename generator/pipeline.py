"""The story: recipe to inputs to records, each computed exactly when what it depends on changed."""

from __future__ import annotations

import dataclasses
import functools
import importlib.metadata
import platform
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.activations.layers import choose_layers
from generator.analyses.base import Analysis, Context, Estimate
from generator.analyses.contrast_pairs import check_contrasts
from generator.analyses.registry import ANALYSES
from generator.inputs.answers import check_probes
from generator.inputs.concepts import check_concepts_place, open_concepts
from generator.inputs.devices import choose_device
from generator.inputs.images import check_named, open_images
from generator.inputs.models import load_network, with_class_names
from generator.inputs.sources import check_place
from generator.parallel import run_tasks
from generator.progress import Advance, Reporter
from generator.recipe import Recipe, published, to_toml
from generator.records import Skipped, Subject
from generator.store.artifacts import has_record, load_record, save_record
from generator.store.cleaning import forget_stale, locked, remove_leftovers
from generator.store.keys import key_of
from generator.store.layout import Layout
from generator.store.manifest import FORMAT, Entry, Manifest, record_folder, save_manifest

PACKAGES = (
    *("neuron-atlas", "torch", "torchvision", "torch-lucent", "captum", "numpy", "pillow", "scikit-learn"),
    *("onnx", "onnxscript", "onnxruntime"),
)
NOTED_SKIPS = 3  # skipped files named on the console; the data page names all


def build_records(recipe: Recipe, layout: Layout, reporter: Reporter) -> Subject:
    """Compute every record of a recipe's atlas that is not there yet, and its manifest.

    Results of finished tasks are kept at once, so an interrupted build goes on where it was.

    Args:
        recipe: What to build.
        layout: Where records stand.
        reporter: Shows progress.

    Raises:
        NeuronAtlasError: Anything a user can cause: see the subclasses.
    """
    with locked(layout):
        remove_leftovers(layout)
        context, subject = prepare(recipe, reporter)
        build = _Build(context, subject, layout, reporter)
        for analysis in ANALYSES:
            if analysis.wanted(context):
                build.compute(analysis)
        manifest = Manifest(
            FORMAT, subject, _versions(), context.device, build.entries, dict(reporter.seconds)
        )
        save_manifest(layout, manifest)
        forget_stale(layout, manifest)
    return subject


def plan(recipe: Recipe, reporter: Reporter) -> Sequence[tuple[str, Estimate]]:
    """Say what a build would compute, how long it would take here and how large it would be."""
    context, _ = prepare(recipe, reporter)
    return [(analysis.name, analysis.estimate(context)) for analysis in ANALYSES if analysis.wanted(context)]


def prepare(recipe: Recipe, reporter: Reporter) -> tuple[Context, Subject]:
    """Open the network and the images, choose layers and neurons.

    Raises:
        NeuronAtlasError: The network, the images or the layers do not fit the recipe.
    """
    check_place(recipe.images)
    check_concepts_place(recipe.concepts)
    device = choose_device(recipe.compute.device)
    with reporter.stage("network", recipe.network.model):
        network = load_network(recipe.network, recipe.preprocess, recipe.seed, device)
        layers = choose_layers(network, recipe.layers, recipe.seed)
    with reporter.stage("images", recipe.images.name or recipe.images.source) as advance:
        images = open_images(recipe.images, recipe.seed, network.preprocess.resize, advance)
    check_probes(recipe.probes, images)
    check_named(recipe.patterns.images, "patterns.images", images)
    check_contrasts(recipe.contrasts, images)
    _note_skipped(reporter, images.info.skipped, "data")
    concepts = None
    if recipe.concepts.source != "none":
        with reporter.stage("concept images", recipe.concepts.name or recipe.concepts.source) as advance:
            concepts = open_concepts(recipe.concepts, recipe.seed, network.preprocess.resize, advance)
    _note_skipped(reporter, () if concepts is None else concepts.info.skipped, "concepts")
    shown = published(recipe)
    subject = Subject(
        atlas=recipe.name,
        title=recipe.title,
        description=recipe.description,
        seed=recipe.seed,
        recipe_toml=to_toml(shown),
        recipe_sha256=shown.sha256(),
        neuron_rule=neuron_rule(recipe),
        network=with_class_names(network, images.info),
        images=images.info,
        layers=layers,
    )
    return Context(recipe, device, layers, images, {}, concepts), subject


def _note_skipped(reporter: Reporter, skipped: Sequence[Skipped], page: str) -> None:
    for entry in skipped[:NOTED_SKIPS]:
        reporter.note(f"warning: skipped {entry.path}: {entry.reason}")
    if len(skipped) > NOTED_SKIPS:
        reporter.note(f"warning: skipped {len(skipped)} files in all; the {page} page lists them")


def neuron_rule(recipe: Recipe) -> str:
    """Say in words how the neurons of a layer were chosen."""
    neurons, rule = recipe.layers.neurons, recipe.layers.rule
    if neurons == "all":
        return "all neurons"
    if isinstance(neurons, tuple):
        return "the neurons that the recipe lists"
    if rule == "random":
        return f"{neurons} of each layer, drawn at random with seed {recipe.seed}"
    return f"the first {neurons} of each layer"


@dataclass
class _Build:
    """A build under way: the records that are there so far, and where the next ones go."""

    context: Context
    subject: Subject
    layout: Layout
    reporter: Reporter
    entries: dict[str, Entry] = field(default_factory=dict)
    records: dict[str, Any] = field(default_factory=dict)

    def compute(self, analysis: Analysis[Any, Any, Any]) -> None:
        """Take an analysis's record from the store, or compute it task by task."""
        needed = {name: self.records[name] for name in self._required(analysis)}
        context = dataclasses.replace(self.context, records=needed)
        tasks = list(analysis.tasks(context))
        base = self._dependencies(analysis)
        key = key_of({**base, "tasks": tasks})
        folder = record_folder(self.layout, self.subject, analysis.name, analysis.scope, key)
        if has_record(folder):
            self.reporter.note(f"{analysis.name}: unchanged, kept")
        else:
            parts = [folder.parent / f"{key_of({**base, 'task': task})}-part" for task in tasks]
            with self.reporter.stage(analysis.name) as advance:
                self._run_missing(functools.partial(analysis.run, context), tasks, parts, advance)
                loaded: list[Any] = [load_record(part, analysis.part_type) for part in parts]
                save_record(folder, analysis.combine(context, loaded))
            if not analysis.keeps_parts:
                for part in parts:
                    shutil.rmtree(part, ignore_errors=True)
        record: Any = load_record(folder, analysis.record_type)
        self.records[analysis.name] = record
        if remark := analysis.remark(record):
            self.reporter.note(remark)
        self.entries[analysis.name] = Entry(
            analysis.scope, analysis.record_type.__name__, analysis.version, key
        )

    def _run_missing(
        self, run: Callable[[Any], Any], tasks: Sequence[Any], parts: Sequence[Path], advance: Advance
    ) -> None:
        """Run the tasks whose parts are not in the store; each result is saved as it comes."""
        missing = [index for index, part in enumerate(parts) if not has_record(part)]
        done = len(tasks) - len(missing)
        advance(done, len(tasks))
        results = run_tasks(run, [tasks[index] for index in missing], self.context.recipe.compute)
        for index, result in zip(missing, results, strict=True):
            save_record(parts[index], result)
            done += 1
            advance(done, len(tasks))

    def _dependencies(self, analysis: Analysis[Any, Any, Any]) -> dict[str, Any]:
        """Return everything that an analysis's results depend on, its tasks aside."""
        network = dataclasses.replace(self.subject.network, class_names=(), trained_on="", weights="")
        return {
            "analysis": analysis.name,
            "version": analysis.version,
            "settings": analysis.identity(self.context),
            "seed": self.context.recipe.seed,
            "network": network,
            "images": self.subject.images.sha256 if analysis.scope == "atlas" else "",
            "requires": {name: self.entries[name].key for name in self._required(analysis)},
        }

    def _required(self, analysis: Analysis[Any, Any, Any]) -> list[str]:
        """Return the analyses whose records an analysis gets."""
        return [*analysis.requires, *(name for name in analysis.uses if name in self.entries)]


def _versions() -> dict[str, str]:
    return {"python": platform.python_version()} | {
        name: importlib.metadata.version(name) for name in PACKAGES
    }
