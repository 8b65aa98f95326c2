"""The tree of pages: whole, the same for the same records, safe for any name, every link leads somewhere."""

from __future__ import annotations

import csv
import hashlib
import html
import json
import os
import posixpath
import re
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import jsonschema
import numpy as np
import pytest

from generator.errors import SiteError
from generator.pages import render as module
from generator.pages.citation import cite
from generator.pages.numbers import significant
from generator.pages.portions import only
from generator.pages.render import render
from generator.records import METHODS, AtlasRecords, NetworkReport
from generator.store.layout import Layout, neuron_page
from tests.pages.fake_atlas import CLASSES, HOSTILE_IDS, VARIANTS, fake_atlas
from tests.pages.fake_concepts import RECORDS as CONCEPT_RECORDS

SITE = "https://example.org/"
GOLDEN = Path(__file__).parent / "golden" / "neuron.md"
RELATIONS = ("attribution", "cases", "findings", "minds", "similar", "connections", "neuron_map")
WITHOUT_PICTURES = ("exemplars", "visualizations", "reliability", "paths", "badges", "receptive_fields")


def atlases() -> list[AtlasRecords]:
    bare = fake_atlas(
        "bare",
        layers=2,
        neurons=3,
        classes=(),
        without=(
            *WITHOUT_PICTURES,
            *CONCEPT_RECORDS,
            "statistics",
            "filters",
            "levels",
            "probes",
            "contrasts",
            "evidence",
            "directions",
            "ablation",
            "readout",
            *RELATIONS,
        ),
    )
    return [fake_atlas(), fake_atlas("unlabelled", layers=2, neurons=2, classes=()), bare]


@pytest.fixture(scope="module", autouse=True)
def _small_runtime() -> object:
    """Stand in for the Vega runtime, which takes seconds to bundle and is tested on its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module.charts, "runtime", lambda: "/* vega */\n")
        yield


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    layout = Layout(tmp_path_factory.mktemp("atlas"))
    render(layout, atlases(), site_url=SITE)
    return layout.docs


def content(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def neuron_text(docs: Path, atlas: AtlasRecords, layer: int = 0, row: int = 1) -> str:
    found = atlas.subject.layers[layer]
    return (docs / atlas.subject.atlas / found.name / f"{found.neurons[row]}.md").read_text(encoding="utf-8")


class Tags(HTMLParser):
    """Collects the links, pictures and tag balance of a page."""

    VOID = frozenset({"img", "input", "path", "polyline"})

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.names: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.names.add(tag)
        self.links += [v for k, v in attrs if k in ("href", "src") and v is not None]
        if tag == "img":
            self.pictures.append(values)
        assert not any(name.startswith("on") for name in values), values
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(path: Path) -> Tags:
    tags = Tags()
    tags.feed(path.read_text(encoding="utf-8"))
    return tags


def test_same_records_give_the_same_bytes(docs: Path, tmp_path: Path) -> None:
    render(Layout(tmp_path), atlases(), site_url=SITE, workers=2)
    assert content(tmp_path / "docs") == content(docs)


def test_the_neuron_page_is_as_agreed(tmp_path: Path) -> None:
    """After a wanted change: `UPDATE_GOLDEN=1 pytest tests/pages`."""
    atlas = fake_atlas(layers=1, neurons=2, without=(*WITHOUT_PICTURES, *RELATIONS))
    layout = Layout(tmp_path)
    render(layout, [atlas], site_url=SITE)
    found = neuron_text(layout.docs, atlas)
    if "UPDATE_GOLDEN" in os.environ:
        GOLDEN.write_text(found, encoding="utf-8")
    assert found == GOLDEN.read_text(encoding="utf-8")


def test_natural_evidence_comes_first(docs: Path) -> None:
    headings = re.findall(r"^## (.+) \{ #", neuron_text(docs, fake_atlas()), re.M)
    assert headings == [
        "Exemplars", "Where in the picture", "Activations", "Feature visualization", "Reliability",
        "Concepts", "Classes", "Class contrasts", "Low-level or high-level", "One kind of image, or several",
        "Similar neurons", "Connections", "Provenance and downloads",
    ]  # fmt: skip


def test_a_missing_record_takes_its_section_along(docs: Path) -> None:
    headings = re.findall(r"^## (.+) \{ #", neuron_text(docs, atlases()[2], row=0), re.M)
    assert headings == ["Provenance and downloads"]
    unlabelled = re.findall(r"^## (.+) \{ #", neuron_text(docs, atlases()[1], row=0), re.M)
    assert "Classes" not in unlabelled
    assert "Exemplars" in unlabelled


def test_every_link_leads_to_a_file(docs: Path) -> None:
    files = {path.relative_to(docs).as_posix() for path in docs.rglob("*")}
    pages = [
        path
        for path in docs.rglob("*.md")
        if path.relative_to(docs).as_posix().count("/") or path.stem == "index"
    ]
    assert len(pages) > 20
    for page in pages:
        here = page.relative_to(docs).parent.as_posix()
        for link in parsed(page).links:
            if link.startswith(("#", "data:")):
                continue
            target = posixpath.normpath(posixpath.join(here, unquote(link.partition("#")[0])))
            assert target.removesuffix(".html") + ".md" in files or target in files, (page, link)


def test_foreign_names_become_neither_html_nor_markdown(docs: Path) -> None:
    for page in docs.glob("fake-atlas/**/*.md"):
        tags = parsed(page)
        assert tags.open == []
        assert tags.names.isdisjoint({"fake", "dog"})
        for line in page.read_text(encoding="utf-8").splitlines():
            assert not line.startswith(("```", "--- "))
    text = neuron_text(docs, fake_atlas())
    assert html.escape(CLASSES[1]).replace("&quot;", "&#34;") in text
    assert "<img src=x" not in text
    assert "{{ dog }}" in text


def test_every_picture_says_what_was_measured(docs: Path) -> None:
    atlas = fake_atlas()
    layer = atlas.subject.layers[0]
    pictures = parsed(docs / "fake-atlas" / layer.name / f"{layer.neurons[1]}.md").pictures
    pictures = [picture for picture in pictures if "towards group" not in (picture["alt"] or "")]
    made = 1 + len(VARIANTS)
    natural, others = 9 + 5 + 15 + 9, 2 * 4 + 2 * 5 + 2  # groups; similar and opposed neurons; connected ones
    explained = 1 + len(METHODS)  # the strongest image, plain and under each method's map
    assert len(pictures) == natural + explained + made + others
    for picture in pictures[:natural]:
        assert re.match(r"Image .+, class .+, peak .+, stronger than .+ of images, ", picture["alt"] or "")
    for picture in pictures[natural + 1 : natural + explained]:
        assert re.search(r"strongest in row \d+, column \d+ of 16 × 16 squares, score ", picture["alt"] or "")
    for picture in pictures[natural + explained : -others]:
        assert re.search(
            r": mean response .+ times that of the strongest natural image$", picture["alt"] or ""
        )
    for page in docs.rglob("*.md"):
        assert all(picture["alt"] for picture in parsed(page).pictures)


def test_no_page_shows_nan_and_undefined_values_give_reasons(docs: Path) -> None:
    for page in docs.glob("*/**/*.md"):
        assert not re.search(r"\bnan\b", page.read_text(encoding="utf-8"), re.I), page
    assert 'title="Not defined: the neuron gave no response' in neuron_text(docs, fake_atlas(), row=0)


def test_a_dead_neuron_is_called_dead(docs: Path) -> None:
    assert "Dead neuron" in neuron_text(docs, fake_atlas(), row=0)
    assert "Dead neuron" not in neuron_text(docs, fake_atlas(), row=1)


def test_a_failed_visualization_is_called_failed(docs: Path) -> None:
    assert "The optimization failed" in neuron_text(docs, fake_atlas(), row=1)
    assert "The optimization failed" not in neuron_text(docs, fake_atlas(), row=2)


def further(docs: Path, atlas: AtlasRecords, layer: int = 0, row: int = 1) -> list[str]:
    """Return the figures of a neuron's further variants."""
    _, _, section = neuron_text(docs, atlas, layer, row).partition('<div class="na-section na-variants">')
    return re.findall(r"<figure.*?</figure>", section.partition("</div>\n</div>")[0])


def test_every_variant_is_shown_with_what_was_measured(docs: Path) -> None:
    atlas = fake_atlas()
    layer = atlas.subject.layers[0]
    text = (docs / "fake-atlas" / layer.name / f"{layer.neurons[1]}.json").read_text(encoding="utf-8")
    listed = json.loads(text)["visualizations"]
    names = ("Seed 2", "Seed 3", "Negative", "Activation maximization")
    figures = further(docs, atlas)
    assert [entry["variant"] for entry in listed] == ["seed-1", *VARIANTS]
    for name, entry, figure in zip(names, listed[1:], figures, strict=True):
        assert name in re.sub("<.*?>", "", figure)
        response, ratio = significant(entry["mean_response"]), significant(entry["ratio"])
        assert f"<span>Mean response {response}</span><span>Ratio {ratio}</span>" in figure
        assert f"mean response {response}, {ratio} times" in figure
        assert figure.count(f'="../../{entry["picture"]}"') == 2  # link and picture
        assert (docs / entry["picture"]).is_file()


def test_a_negative_that_had_nothing_to_lower_is_called_idle(docs: Path) -> None:
    atlas = fake_atlas()
    rectified, linear = (further(docs, atlas, layer) for layer in (0, 2))
    assert ["Silent from the start" in figure for figure in rectified] == [False, False, True, False]
    assert not any("Silent from the start" in figure for figure in linear)


def test_the_spread_of_seeds_is_stated_where_there_are_several(docs: Path, tmp_path: Path) -> None:
    assert "mean response of the 3 seeds: " in neuron_text(docs, fake_atlas())
    atlas = without_variants(fake_atlas(layers=1, neurons=2), "seed-2", "seed-3")
    render(Layout(tmp_path), [atlas], site_url=SITE)
    assert " seeds: " not in neuron_text(tmp_path / "docs", atlas)
    assert len(further(tmp_path / "docs", atlas)) == 2


def without_variants(atlas: AtlasRecords, *names: str) -> AtlasRecords:
    found = atlas.records["visualizations"]
    others = {name: layers for name, layers in found.others.items() if name not in names}
    return replace(atlas, records={**atlas.records, "visualizations": replace(found, others=others)})


def test_one_picture_a_neuron_leaves_no_trace_of_variants(tmp_path: Path) -> None:
    atlas = without_variants(fake_atlas(layers=1, neurons=2), *VARIANTS)
    render(Layout(tmp_path), [atlas], site_url=SITE)
    text = neuron_text(tmp_path / "docs", atlas)
    assert 'class="na-section na-visualization"' in text
    assert not re.search(r"na-variants|seed-2|-negative|maximization| seeds: ", text)
    files = [path.name for path in (tmp_path / "docs/networks").rglob("*.webp") if "-group-" not in path.name]
    assert len(files) == 2 * 2  # large and small


def test_a_task_is_handed_one_layer_of_every_variant() -> None:
    atlas = fake_atlas()
    layer = atlas.subject.layers[1]
    part = only(atlas, layer).records["visualizations"]
    assert list(part.layers) == [layer.name]
    assert {name: list(layers) for name, layers in part.others.items()} == {
        name: [layer.name] for name in VARIANTS
    }


def test_the_content_hash_is_that_of_the_json_file(docs: Path) -> None:
    atlas = fake_atlas()
    layer = atlas.subject.layers[0]
    name = f"fake-atlas/{layer.name}/{layer.neurons[1]}"
    sha256 = hashlib.sha256((docs / f"{name}.json").read_bytes()).hexdigest()
    assert cite(atlas, name, SITE).sha256 == sha256
    assert sha256[:12] in (docs / f"{name}.md").read_text(encoding="utf-8")
    whole = hashlib.sha256((docs / "fake-atlas/SHA256SUMS").read_bytes()).hexdigest()
    assert cite(atlas, "fake-atlas", SITE).sha256 == whole


def test_downloads_agree_with_each_other(docs: Path) -> None:
    folder = docs / "fake-atlas"
    with (folder / "neurons.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    listed = json.loads((folder / "neurons.json").read_text(encoding="utf-8"))["neurons"]
    assert [row["neuron"] for row in table] == [row["neuron"] for row in listed]
    assert len(table) == 18
    assert table[1]["best_class"] == (listed[1]["best_class"] or "")
    with zipfile.ZipFile(folder / "fake-atlas.zip") as archive:
        assert archive.testzip() is None
        for row in listed:
            assert archive.read(f"{row['neuron']}.json") == (docs / f"{row['neuron']}.json").read_bytes()


def test_the_table_s_script_holds_every_neuron(docs: Path) -> None:
    text = (docs / "fake-atlas/neurons.js").read_text(encoding="utf-8")
    assert "<" not in text
    data = json.loads(text.removeprefix("window.neuronAtlas = ").removesuffix(";\n"))
    assert len(data["rows"]) == 18
    for row in data["rows"]:
        assert (docs / "fake-atlas" / unquote(row[4]).replace(".html", ".md")).is_file()
        assert len(row) == 9 + len(data["statistics"])
        assert -1 <= row[7] < len(data["labels"])


def page_names(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.md")}


def test_concept_images_and_training_have_pages_where_there_are_any(docs: Path) -> None:
    assert {"concepts.md", "network.md"} <= page_names(docs / "fake-atlas")
    assert page_names(docs / "bare").isdisjoint({"concepts.md", "network.md"})
    cover = (docs / "fake-atlas/index.md").read_text(encoding="utf-8")
    assert 'href="concepts.html"' in cover
    assert 'href="network.html"' in cover


@pytest.mark.parametrize("empty", [False, True], ids=["absent", "empty"])
def test_without_concepts_no_page_leaves_a_trace_of_them(tmp_path: Path, empty: bool) -> None:
    left_out = ("probes", "cases", "findings")
    atlas = fake_atlas(neurons=3, without=left_out if empty else (*CONCEPT_RECORDS, *left_out))
    if empty:
        for name in ("concept_responses", "dissection", "labels"):
            atlas.records[name].layers.clear()
        gallery = replace(atlas.records["concept_gallery"], ids=(), files=(), masks=(), pictures={})
        records = {**atlas.records, "concept_gallery": gallery, "network_report": NetworkReport("")}
        atlas = replace(atlas, records=records)
    render(Layout(tmp_path), [atlas], site_url=SITE)
    folder = tmp_path / "docs" / "fake-atlas"
    pages = {"index.md", "neurons.md", "data.md", "levels.md", "map.md", "contrasts.md", "images.md"}
    assert page_names(folder) == pages
    for page in folder.rglob("*.md"):
        if page.name != "data.md":
            text = page.read_text(encoding="utf-8").partition("## Provenance")[0].lower()
            assert not re.search(r"concept|>labelled<|no label|#label|\biou\b", text), page


def test_contrasts_have_a_page_where_there_are_any(docs: Path) -> None:
    folder = docs / "fake-atlas"
    page = (folder / "contrasts.md").read_text(encoding="utf-8")
    for bare in ("bare", "unlabelled"):
        assert "contrasts.md" not in page_names(docs / bare)
        assert not (docs / bare / "contrasts.csv").exists()
    assert 'href="contrasts.html"' in (folder / "index.md").read_text(encoding="utf-8")
    assert '<h2 id="pair-2">naïve | 猫 against ' in page
    assert "The network's outputs are not of the images' classes" in html.unescape(page)
    assert "12.5% of the two classes' held-out images are taken for the other" in html.unescape(page)


def test_published_contrasts_fit_their_schema_and_say_what_the_records_say(docs: Path) -> None:
    folder, record = docs / "fake-atlas", fake_atlas().records["contrasts"]
    data = json.loads((folder / "contrasts.json").read_text(encoding="utf-8"))
    jsonschema.validate(data, json.loads((folder / "contrasts.schema.json").read_text(encoding="utf-8")))
    rows = list(csv.DictReader((folder / "contrasts.csv").read_text(encoding="utf-8").splitlines()))
    confirmed = sum(int(layer.confirmed.sum()) for one in record.contrasts for layer in one.layers.values())
    assert sum(row["confirmed"] == "True" for row in rows) == confirmed > 0
    assert sum(layer["confirmed"] for one in data["contrasts"] for layer in one["layers"]) == confirmed
    assert data["readout"]["accuracy"] == 1.0


def test_what_happens_without_neurons_is_said_beside_the_controls(docs: Path) -> None:
    page = html.unescape((docs / "fake-atlas" / "contrasts.md").read_text(encoding="utf-8"))
    assert "What happens without these neurons" in page
    assert "In the one layer with confirmed neurons, more of the margin" in page
    assert "In 1 of the 2 layers with confirmed neurons, more of the margin" in page
    assert "In layer2.__0__ a control does as much, or it cannot be told." in page
    assert "own class scores above the other goes from 98% to 68%, more than without either" in page
    assert "changes by −1.50 (−1.55 to −1.45), without random ones by −0.200 (−0.250 to −0.150)" in page
    assert "for each layer alone: of many layers one may stand out by chance" in page
    assert "could not be cut there" in page  # layer2 in the fake record
    assert "What happens without" not in (docs / "index.md").read_text(encoding="utf-8")


def test_neurons_of_the_last_stages_say_what_is_lost_without_them(docs: Path) -> None:
    atlas = fake_atlas()
    early, late = (neuron_text(docs, atlas, layer) for layer in (0, 2))
    assert "Without this neuron" not in early
    single = atlas.records["ablation"].layers[atlas.subject.layers[2].name].single
    assert (single.high[1, 1] >= 0).all()
    assert "Without the neuron, no class of the 4 tried clearly loses" in html.unescape(late)
    row = int(single.change[1].min(axis=1).argmin())
    name = atlas.subject.images.class_names[int(single.change[1, row].argmin())]
    assert f"Without the neuron, {name} loses most" in html.unescape(neuron_text(docs, atlas, 2, row))


def test_published_ablations_fit_their_schema_and_say_what_the_records_say(docs: Path) -> None:
    atlas = fake_atlas()
    folder, record = docs / "fake-atlas", atlas.records["ablation"]
    data = json.loads((folder / "ablation.json").read_text(encoding="utf-8"))
    jsonschema.validate(data, json.loads((folder / "ablation.schema.json").read_text(encoding="utf-8")))
    rows = list(csv.DictReader((folder / "ablation.csv").read_text(encoding="utf-8").splitlines()))
    last = atlas.subject.layers[-1]
    single = record.layers[last.name].single
    assert len(rows) == sum(len(layer.neurons) * 4 for layer in atlas.subject.layers[-2:])
    own = [row for row in rows if row["neuron"] == f"fake-atlas/{last.name}/{last.neurons[0]}"]
    assert [row["class"] for row in own] == [
        atlas.subject.images.class_names[place] for place in np.argsort(single.change[1, 0])
    ]
    assert [float(row["score_change"]) for row in own] == pytest.approx(np.sort(single.change[1, 0]).tolist())
    ranks = sorted(int(row["rank"]) for row in rows if row["neuron"].startswith(f"fake-atlas/{last.name}/")
                   and row["class"] == own[0]["class"])  # fmt: skip
    assert ranks == list(range(1, len(last.neurons) + 1))
    (strong,) = (layer for layer in data["contrasts"][0]["layers"] if layer["layer"] == last.name)
    assert [found["exceeds"] for found in strong["measures"]] == [True, True, True]
    assert not (docs / "unlabelled" / "ablation.json").exists()


def test_probes_have_a_page_where_there_are_any(docs: Path) -> None:
    folder = docs / "fake-atlas"
    page = (folder / "probes.md").read_text(encoding="utf-8")
    assert "probes.md" not in page_names(docs / "bare")
    assert not (docs / "bare" / "probes.csv").exists()
    assert 'href="probes.html"' in (folder / "index.md").read_text(encoding="utf-8")
    assert "4 of 5 tasks can be read from some layer" in page
    assert "images that the network was trained on" in page
    assert "3 images that the recipe names as training images were left out" in page
    assert "own: &lt;b&gt; &amp; &#34;mood&#34;" in page
    for name in ("probes.csv", "probes.json", "probes.svg", "probes.png", "probe-emergence.svg"):
        assert (folder / name).stat().st_size > 0
        assert f'href="{name}"' in page


def test_layers_say_with_numbers_what_they_encode(docs: Path) -> None:
    layer = fake_atlas().subject.layers[0]
    text = (docs / "fake-atlas" / layer.name / "index.md").read_text(encoding="utf-8")
    assert "A linear probe reads 2 of 4 tasks from this layer" in text
    assert re.search(
        r"First reached here: hue \(R² 0\.\d+; with shuffled answers −0\.0\d+, from the random twin 0\.\d+\)",
        text,
    )


def test_labels_stand_on_all_pages_with_the_neuron(docs: Path) -> None:
    atlas = fake_atlas()
    layer = atlas.subject.layers[0]
    neuron = neuron_text(docs, atlas, row=2)
    assert "<strong>red or blue</strong> <small>colour</small>" in neuron
    assert "no label</a></strong>" in neuron_text(docs, atlas, row=5)
    assert "not confirmed: " in neuron_text(docs, atlas, row=5)
    page = docs / "fake-atlas" / layer.name / "index.md"
    alternatives = [picture["alt"] or "" for picture in parsed(page).pictures]
    wanted = f"Neuron {layer.name}/{layer.neurons[2]}, strongest peak"
    assert any(wanted in text and "label red or blue (colour)" in text for text in alternatives)
    assert 'data-category="colour"' in page.read_text(encoding="utf-8")


def test_no_page_says_that_a_neuron_detects_something(docs: Path) -> None:
    for page in docs.glob("fake-atlas/**/*.md"):
        assert not re.search(r"\bdetect", page.read_text(encoding="utf-8"))


def test_the_table_has_a_label_only_where_it_was_confirmed(docs: Path) -> None:
    atlas = fake_atlas()
    layer = atlas.subject.layers[0]
    with (docs / "fake-atlas/neurons.csv").open(encoding="utf-8", newline="") as file:
        table = {row["neuron"]: row for row in csv.DictReader(file)}
    rows = [table[f"fake-atlas/{layer.name}/{channel}"] for channel in layer.neurons]
    assert [row["label"] for row in rows] == ["", "red", "red or blue", "not stripes", "large", ""]
    assert [row["label_evidence"] for row in rows[1:3]] == ["overlap", "pair"]
    assert rows[5]["label_score"] == ""
    assert float(rows[1]["label_score"]) > float(rows[1]["label_null"])


def test_neighbours_run_through_all_layers() -> None:
    subject = fake_atlas().subject
    from generator.pages.context_neuron import neighbours, shown_order
    from generator.records import NeuronId

    order = [NeuronId("fake-atlas", layer.name, c) for layer in subject.layers for c in shown_order(layer)]
    for place, neuron in enumerate(order):
        before, after = neighbours(subject, neuron)
        assert before == (order[place - 1] if place else None)
        assert after == (order[place + 1] if place + 1 < len(order) else None)


def test_pictures_are_shared_and_written_once(docs: Path) -> None:
    records = fake_atlas().records
    pictures = {**records["exemplars"].pictures, **records["concept_gallery"].pictures}
    pictures |= {**records["patterns"].pictures, **records["evidence"].pictures}
    assert len(list((docs / "fake-atlas/pictures").iterdir())) == len(pictures)
    assert len(HOSTILE_IDS) == 5
    names = [path.name for path in (docs / "networks").rglob("*.webp")]
    small = [name for name in names if name.endswith(".small.webp")]
    groups = [name for name in names if "-group-" in name]
    assert sum("-group-1-" in name for name in groups) == sum("-group-2-" in name for name in groups) > 0
    assert len(names) - len(small) - len(groups) == (1 + len(VARIANTS)) * len(small)
    assert all("-seed-1-" in name for name in small)


def test_progress_ends_at_the_number_of_neurons(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    render(
        Layout(tmp_path),
        [fake_atlas()],
        site_url="",
        progress=lambda done, total: steps.append((done, total)),
    )
    assert steps[-1] == (18, 18)
    assert steps == sorted(steps)


def test_an_old_tree_is_replaced_whole_and_kept_on_failure(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.docs.mkdir()
    (layout.docs / "old.md").write_text("old", encoding="utf-8")
    with pytest.raises(SiteError, match="twice"):
        render(layout, [fake_atlas(), fake_atlas()], site_url="")
    assert (layout.docs / "old.md").exists()
    render(layout, [fake_atlas()], site_url="")
    assert not (layout.docs / "old.md").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["docs"]


@pytest.mark.parametrize("name", ["assets", "networks", "templates"])
def test_a_name_that_the_site_uses_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SiteError, match=f"must not be `{name}`"):
        render(Layout(tmp_path), [fake_atlas(name)], site_url="")


def test_pages_that_cannot_be_written_give_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SiteError, match="cannot be written") as caught:
        render(Layout(tmp_path / "file"), [fake_atlas()], site_url="")
    assert "\n" not in caught.value.message


def test_no_atlas_gives_a_home_page_that_says_so(tmp_path: Path) -> None:
    render(Layout(tmp_path), [], site_url="")
    assert "no atlas here yet" in (tmp_path / "docs/index.md").read_text(encoding="utf-8")


def test_every_neuron_has_its_page(docs: Path) -> None:
    from generator.records import NeuronId

    for atlas in atlases():
        for layer in atlas.subject.layers:
            for channel in layer.neurons:
                assert (docs / neuron_page(NeuronId(atlas.subject.atlas, layer.name, channel))).is_file()
