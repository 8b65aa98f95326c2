"""The whole way: a record is computed exactly when what it depends on changed; a killed build resumes."""

from __future__ import annotations

import dataclasses
import io
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from generator import pipeline
from generator.analyses.registry import ANALYSES
from generator.errors import StoreError
from generator.pages.render import render
from generator.pipeline import build_records, neuron_rule
from generator.progress import Reporter
from generator.recipe_file import load_recipe
from generator.store.cleaning import locked
from generator.store.layout import Layout
from generator.store.manifest import load_manifest, read_atlas
from tests.building import contents
from tests.tiny import RECIPE, write_world

# The tiny world has too few images of a class for these.
OF_MANY_IMAGES = {"readout", "contrasts", "evidence", "directions", "ablation"}
NAMES = [analysis.name for analysis in ANALYSES if analysis.name not in OF_MANY_IMAGES]
CONCEPTS = {"concept_gallery", "concept_responses", "dissection", "labels"}
PROBES = {"probe_features", "probes"}
OF_PICTURES = {"visualizations", "reliability", "paths"}
OF_GROUPS = {"group_pictures"}
TWIN_OF_PICTURES = {f"twin_{name}" for name in OF_PICTURES}
OF_ALL = {"cases", "findings"}  # chosen from the records of others
WITHOUT_CONCEPTS = '[concepts]\nsource = "none"'
NETWORK_SCOPE = {analysis.name for analysis in ANALYSES if analysis.scope == "network"}
KILLED_BUILD = """
import os, signal, sys
from pathlib import Path
from generator import pipeline
from generator.progress import Reporter
from generator.recipe_file import load_recipe
from generator.store.layout import Layout
real, calls = pipeline.save_record, [0]
def save_record(folder, record):
    calls[0] += 1
    if calls[0] == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    real(folder, record)
pipeline.save_record = save_record
pipeline.build_records(load_recipe(sys.argv[1]), Layout(Path(sys.argv[2])), Reporter())
"""


def build(recipe: Path, output: Path, **overrides: str) -> set[str]:
    """Build and return the names of the analyses that were computed."""
    reporter = Reporter(Console(file=io.StringIO()))
    changes = {key.replace("__", "."): value for key, value in overrides.items()}
    build_records(load_recipe(str(recipe), changes), Layout(output), reporter)
    return set(reporter.seconds) & set(NAMES)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_concepts(write_world(tmp_path_factory.mktemp("world")))


def with_concepts(recipe: Path) -> Path:
    """Give a world's recipe a few concept scenes, so that every analysis runs."""
    text = recipe.read_text(encoding="utf-8")
    assert text.count(WITHOUT_CONCEPTS) == 1
    few = "[concepts]\nlimit = 80\n\n[probes]\nimages = 40\ndimensions = 8"
    text = text.replace(WITHOUT_CONCEPTS, few).replace("[explorer]\nenabled = false\n", "")
    recipe.write_text(text, encoding="utf-8")
    return recipe


@pytest.fixture(scope="module")
def finished(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("finished")
    assert build(world, output) == set(NAMES)
    return output


def test_without_concept_images_nothing_is_said_of_concepts(world: Path, tmp_path: Path) -> None:
    assert build(world, tmp_path, concepts__source="none") == set(NAMES) - CONCEPTS
    assert not CONCEPTS & set(read_atlas(Layout(tmp_path), "tiny").records)


def test_a_second_build_computes_nothing(world: Path, finished: Path) -> None:
    before = contents(finished)
    assert build(world, finished) == set()
    assert contents(finished) == before


def test_no_leftovers_and_every_record_is_read_back(finished: Path) -> None:
    assert not list((finished / "records").rglob(".*.tmp"))
    atlas = read_atlas(Layout(finished), "tiny")
    assert set(atlas.records) == set(NAMES)
    assert set(atlas.provenance.keys) == set(NAMES)
    assert atlas.subject.images.count == 24
    assert len(atlas.subject.layers) >= 3


@pytest.mark.parametrize(
    ("overrides", "recomputed"),
    [
        ({"statistics__bins": "16"}, {"statistics", "labels", "levels", "patterns"} | OF_ALL),
        ({"exemplars__random": "3"}, {"exemplars"}),
        (
            {"visualization__steps": "9"},
            OF_PICTURES | OF_GROUPS | TWIN_OF_PICTURES | {"badges", "levels"} | OF_ALL,
        ),
        ({"visualization__plain": "false"}, OF_PICTURES | {"badges", "levels"} | OF_ALL),
        ({"visualization__twin": "1"}, TWIN_OF_PICTURES | {"twin_survey", "badges"} | OF_ALL),
        ({"layers__neurons": "2"}, set(NAMES) - {"filters", "network_report", "concept_gallery"} - PROBES),
        ({"concepts__limit": "40"}, CONCEPTS | {"levels"} | PROBES | OF_ALL),
        ({"probes__splits": "6"}, {"probes", "findings"}),
        ({"compute__batch_size": "3", "title": "Another title"}, set()),
    ],
)
def test_a_changed_setting_recomputes_what_depends_on_it(
    world: Path, tmp_path: Path, finished: Path, overrides: dict[str, str], recomputed: set[str]
) -> None:
    output = copy_of(finished, tmp_path)
    computed = build(world, output, **overrides)
    if "layers__neurons" in overrides:
        computed |= {"receptive_fields"}  # depends on layers, not on which neurons: either is right
        recomputed = recomputed | {"receptive_fields"}
    assert computed == recomputed


def copy_of(finished: Path, folder: Path) -> Path:
    output = folder / "output"
    for name, content in contents(finished).items():
        path = output / "records" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return output


def test_changed_images_recompute_all_but_the_network_s_own(tmp_path: Path, finished: Path) -> None:
    other = with_concepts(write_world(tmp_path, seed=1))
    assert build(other, copy_of(finished, tmp_path)) == set(NAMES) - NETWORK_SCOPE


def test_a_further_seed_computes_that_seed_alone(
    world: Path, tmp_path: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = next(type(analysis) for analysis in ANALYSES if analysis.name == "visualizations")
    real, variants = kind.run, set()

    def run(self: object, context: object, task: object) -> object:
        variants.add(task.variant)  # type: ignore[attr-defined]
        return real(self, context, task)  # type: ignore[arg-type]

    monkeypatch.setattr(kind, "run", run)
    output = copy_of(finished, tmp_path)
    expected = OF_PICTURES | TWIN_OF_PICTURES | {"badges", "levels"} | OF_ALL
    assert build(world, output, visualization__seeds="4") == expected
    assert variants == {"seed-4"}
    before = read_atlas(Layout(finished), "tiny").records["visualizations"]
    after = read_atlas(Layout(output), "tiny").records["visualizations"]
    assert list(after.others) == ["seed-2", "seed-3", "seed-4", "negative", "plain"]
    for name, layer in before.others["plain"].items():
        assert (layer.pictures == after.others["plain"][name].pictures).all()


def test_a_new_version_recomputes_its_analysis_and_what_requires_it(
    world: Path, tmp_path: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = next(type(analysis) for analysis in ANALYSES if analysis.name == "visualizations")
    monkeypatch.setattr(kind, "version", kind.version + 1)
    assert build(world, copy_of(finished, tmp_path)) == OF_PICTURES | {"badges", "levels"} | OF_ALL


def test_changed_weights_recompute_everything(
    world: Path, tmp_path: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pipeline.load_network

    def altered(*arguments: object) -> object:
        network = real(*arguments)  # type: ignore[arg-type]
        return dataclasses.replace(network, info=dataclasses.replace(network.info, sha256="f" * 64))

    monkeypatch.setattr(pipeline, "load_network", altered)
    assert build(world, copy_of(finished, tmp_path)) == set(NAMES)


def test_two_atlases_share_what_depends_on_the_network_alone(
    world: Path, tmp_path: Path, finished: Path
) -> None:
    output = copy_of(finished, tmp_path)
    assert build(world, output, name="other") == set(NAMES) - NETWORK_SCOPE
    networks = list((output / "records" / "networks").iterdir())
    assert len(networks) == 1


def test_the_same_recipe_gives_the_same_records_and_pages_byte_for_byte(
    world: Path, tmp_path: Path, finished: Path
) -> None:
    assert build(world, tmp_path / "again") == set(NAMES)
    assert contents(tmp_path / "again") == contents(finished)
    trees = []
    for output in (copy_of(finished, tmp_path), tmp_path / "again"):
        build(world, output)  # writes the manifest, which also says how long it took, and nothing else
        render(Layout(output), [read_atlas(Layout(output), "tiny")], site_url="")
        docs = output / "docs"
        files = (path for path in sorted(docs.rglob("*")) if path.is_file())
        trees.append({path.relative_to(docs).as_posix(): path.read_bytes() for path in files})
    assert trees[0] == trees[1]
    assert "tiny/concepts.md" in trees[0]


def test_a_build_killed_again_and_again_resumes_to_the_same_records(
    world: Path, tmp_path: Path, finished: Path
) -> None:
    output = tmp_path / "killed"
    for save in (2, 3, 4, 17):  # of the records that the builds before had not yet saved
        command = [sys.executable, "-c", KILLED_BUILD, str(world), str(output), str(save)]
        killed = subprocess.run(command, capture_output=True, check=False, cwd=Path(__file__).parents[1])
        assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
        assert not list(output.glob("records/atlases/*/manifest.json"))
    build(world, output)
    assert contents(output) == contents(finished)


def test_stale_records_are_forgotten(world: Path, tmp_path: Path, finished: Path) -> None:
    output = copy_of(finished, tmp_path)
    build(world, output, statistics__bins="16")
    manifest = load_manifest(Layout(output), "tiny")
    kept = list((output / "records" / "atlases" / "tiny" / "statistics").iterdir())
    assert [path.name for path in kept] == [manifest.entries["statistics"].key]


def test_one_build_at_a_time(tmp_path: Path) -> None:
    with (
        locked(Layout(tmp_path)),
        pytest.raises(StoreError, match="another build is writing"),
        locked(Layout(tmp_path)),
    ):
        pass


def test_the_rule_of_choice_is_said_in_words(world: Path) -> None:
    assert RECIPE.count("neurons = 3") == 1
    rules = [
        neuron_rule(load_recipe(str(world), {"layers.neurons": neurons, "layers.rule": rule}))
        for neurons, rule in (("3", "random"), ("3", "first"), ("all", "random"), ("[1]", "random"))
    ]
    assert rules == [
        "3 of each layer, drawn at random with seed 0",
        "the first 3 of each layer",
        "all neurons",
        "the neurons that the recipe lists",
    ]
