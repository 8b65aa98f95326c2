"""A small tree of pages, as rendering leaves it, and the atlases it tells of."""

from __future__ import annotations

import shutil

from generator.records import ImagesInfo, Layer, NetworkInfo, Subject
from generator.store.layout import Layout, bundled

LAYERS = ("conv1", "layer1.0", "layer1.10")


def make_subject(name: str) -> Subject:
    network = NetworkInfo(
        model="resnet18",
        weights="weights.pth",
        sha256="0" * 64,
        parameters=1,
        resize=8,
        crop=8,
        interpolation="bilinear",
        mean=(0.5, 0.5, 0.5),
        std=(0.5, 0.5, 0.5),
        class_names=(),
        trained_on="",
        code_sha256="e" * 64,
    )
    images = ImagesInfo(
        name="images",
        source="folder",
        split="",
        count=2,
        sha256="1" * 64,
        class_names=(),
        class_counts=(),
        skipped=(),
        licence="",
        citation="",
    )
    layers = tuple(Layer(layer, "Conv2d", "convolution", "", 4, 2, 2, (0, 3)) for layer in LAYERS)
    return Subject(name, f"Atlas {name}", "", 0, "", "2" * 64, "", network, images, layers)


def write_docs(layout: Layout, atlases: list[Subject]) -> None:
    """Write site_src and pages of every kind into `layout.docs`."""
    docs = layout.docs
    shutil.rmtree(docs, ignore_errors=True)
    shutil.copytree(bundled("site_src"), docs)
    (docs / "index.md").write_text("# Home\n\n[How](how-to-read.md)\n")
    (docs / "report.md").write_text("# Report\n\nIts numbers are drawn before the site is built.\n")
    for subject in atlases:
        atlas = docs / subject.atlas
        for layer in subject.layers:
            folder = atlas / layer.name
            folder.mkdir(parents=True)
            (folder / ".meta.yml").write_text("search: {exclude: true}\n")
            (folder / "index.md").write_text(
                f"---\nsearch: {{exclude: false}}\n---\n\n# Layer {layer.name}\n\n[a neuron](0.md)\n"
            )
            for neuron in layer.neurons:
                (folder / f"{neuron}.md").write_text(
                    f"# Neuron {neuron}\n\nquokka [glossary](../../glossary.md#sparseness)\n\n"
                    f'<a href="../neurons.html">all</a> <img src="{neuron}.webp" alt="a tile">\n'
                )
                (folder / f"{neuron}.webp").write_bytes(b"RIFF")
        for name in ("index", "neurons", "data"):
            (atlas / f"{name}.md").write_text(f"# {subject.title} {name}\n")
