"""The hand-written pages keep up with the code that they speak of."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.analyses import badge_rules, path_similarity, paths, twin
from generator.analyses.visualizations import BATCH, LARGE_BATCH
from generator.cli import cli
from generator.pages.references import load_works
from generator.recipe import Recipe, Section
from generator.recipe_file import check_recipe
from generator.recipe_sections import VisualizationSection
from generator.store.layout import bundled

GUIDE = sorted(bundled("site_src").glob("*.md"))
METHODS = (bundled("site_src") / "methods.md").read_text(encoding="utf-8")
OWN_NETWORK = (bundled("site_src") / "own-network.md").read_text(encoding="utf-8")

# Anchors that generated pages link to.
ANCHORS = {
    "glossary": "neuron layer image activation response-map peak mean-response exemplar quantile stratum "
    "threshold sparseness class-selectivity auc dead receptive-field feature-visualization activation-ratio "
    "network-view recipe record content-hash concept label dissection iou null coverage "
    "negative-visualization activation-maximization seed-spread level cycles chroma-share badge agreement "
    "common-ground path-similarity random-twin facet probe probe-selectivity emergence contrast cohens-d "
    "evidence-map grad-cam mean-ablation margin heatmap percentile",
    "methods": "survey sketch statistics exemplars receptive-fields feature-visualization activation-ratios "
    "filters provenance determinism concept-images dissection labels levels lucent reliability "
    "probes contrasts evidence ablation patterns explorer",
    "limits": "words levels badges probes contrasts ablation",
}


def blocks(language: str) -> list[str]:
    found = re.findall(rf"^( *)```{language}[^\n]*\n(.*?)^ *```", OWN_NETWORK, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", body, flags=re.MULTILINE) for indent, body in found]


def test_every_recipe_shown_is_valid() -> None:
    recipes = blocks("toml")
    assert len(recipes) == 3
    for recipe in recipes:
        check_recipe(tomllib.loads(recipe), "own-network.md")


def test_every_key_of_a_recipe_is_explained() -> None:
    parts = re.split(r"^### ", OWN_NETWORK.split("## Every key")[1], flags=re.MULTILINE)
    explained = {part.split("\n")[0].strip("`[]"): re.findall(r"`(\w+)`", part) for part in parts[1:]}
    for name, field in Recipe.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, Section):
            assert set(section.model_fields) <= set(explained[name]), name
        else:
            assert name in explained["Top level"]


def test_defaults_are_those_of_the_code() -> None:
    for section, key in (
        ("statistics", "bins"),
        ("statistics", "bootstrap"),
        ("exemplars", "pool"),
        ("concepts", "limit"),
        ("probes", "images"),
        ("probes", "dimensions"),
        ("probes", "splits"),
        ("visualization", "seeds"),
        ("visualization", "twin"),
    ):
        default = getattr(Recipe.model_fields[section].default, key)
        assert f"Default {default:,}" in explanation(section, key)
    batch = f"Default {BATCH} on a processor and {LARGE_BATCH} on an accelerator"
    assert batch in explanation("visualization", "batch")


def explanation(section: str, key: str) -> str:
    """Return how the guide begins to explain a key of a recipe."""
    part = " ".join(OWN_NETWORK.split()).split(f"### `[{section}]`")[1]
    return part.split(f"`{key}` :")[1][:120]


def test_commands_shown_exist_with_their_options() -> None:
    commands = [
        line for block in blocks("sh") for line in block.splitlines() if line.startswith("neuron-atlas")
    ]
    names = {shlex.split(line)[1] for line in commands} | set(
        re.findall(r"^\| `neuron-atlas (\w+)", OWN_NETWORK, re.M)
    )
    assert {"build", "render", "serve", "layers", "plan", "cite"} <= names
    for name in names:
        shown = CliRunner().invoke(cli, [name, "--help"])
        assert shown.exit_code == 0
        options = [
            word
            for line in commands
            if shlex.split(line)[1] == name
            for word in re.findall(r"--[\w-]+", line)
        ]
        for option in options:
            assert option in shown.output


@pytest.mark.parametrize("page", ANCHORS)
def test_anchors_that_pages_link_to_are_there(page: str) -> None:
    text = (bundled("site_src") / f"{page}.md").read_text(encoding="utf-8")
    anchors = set(re.findall(r"^#+ .*\{#([\w-]+)\}$", text, re.MULTILINE))
    assert set(ANCHORS[page].split()) <= anchors


@pytest.mark.parametrize("path", GUIDE, ids=lambda path: path.stem)
def test_a_page_has_a_description_and_one_title(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.match(r"---\ndescription: .{20,160}\n---\n\n# \S", text)
    outside_code = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    assert len(re.findall(r"^# ", outside_code, re.MULTILINE)) == 1


@pytest.mark.parametrize("path", GUIDE, ids=lambda path: path.stem)
def test_works_are_cited_by_key(path: Path) -> None:
    text = " ".join(path.read_text(encoding="utf-8").split())
    assert re.findall(r"[A-Z][\w-]+(?: et al\.| & [A-Z]\w+),? \(?(?:18|19|20)\d\d\b", text) == []


def test_every_work_listed_is_cited() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in GUIDE)
    works = load_works(bundled("site_src") / "references.bib")
    assert sorted(set(works) - set(re.findall(r"\[-?@([\w-]+)\]", text))) == []


def test_every_method_links_to_its_code() -> None:
    sections = re.split(r"^##+ ", METHODS, flags=re.MULTILINE)[1:]
    without = [
        section.split("\n")[0]
        for section in sections
        if not re.search(r"^Code: \{\{ code\(", section, re.MULTILINE)
    ]
    assert without == ["What is reproducible {#determinism}"]


def test_thresholds_of_badges_are_those_of_the_code() -> None:
    text = METHODS.split("{#reliability}")[1].split("\n## ")[0]
    row = {
        line.split("|")[1].split(":")[0].split(",")[0].strip(): line.split("|")[2:4]
        for line in text.splitlines()
        if line.startswith("|")
    }
    rules = badge_rules
    for name, passed, failed in (
        ("activation", rules.RATIO_PASSED, rules.RATIO_FAILED),
        ("agreement of seeds", rules.AGREEMENT_PASSED, rules.AGREEMENT_FAILED),
        ("common ground", rules.COMMON_GROUND, None),
        ("path", rules.PATH_PASSED, None),
    ):
        assert f"at least {passed:g}" in row[name][0], name
        assert failed is None or f"below {failed:g}" in row[name][1], name
    assert f"its interval above {rules.PATH_FAILED:g}" in row["path"][0]
    assert f"its interval below {rules.PATH_FAILED:g}" in row["path"][1]
    assert f"{rules.TWIN_QUANTILE:.0%}" in row["random twin"][0]
    for phrase in (
        f"the {paths.TOP_IMAGES} with the largest mean response",
        f"{paths.RANDOM_IMAGES} *random images*",
        f"at most {path_similarity.OTHERS} others",
        f"fewer than {path_similarity.FEWEST_CHANNELS} other channels",
        f"at most {twin.TWIN_IMAGES:,} of the images",
        f"below {path_similarity.COMMON_GROUND:g} or its lower end",
        f"first {VisualizationSection().twin} of the chosen neurons",
    ):
        assert phrase in " ".join(text.split()), phrase
