"""The only place that knows paths: of records, pages and site, and of what comes with the package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import generator
from generator.errors import StoreError
from generator.records import NeuronId

PACKAGE = Path(generator.__file__).parent

# The folder of a site's own hand-written pages, below the output folder and below docs/.
WRITTEN = "written"


def bundled(name: Literal["templates", "site_src", "mkdocs.yml"]) -> Path:
    """Return the path of something that travels with the package (checkout or wheel).

    Raises:
        StoreError: The installation is incomplete.
    """
    for candidate in (PACKAGE / "_bundle" / name, PACKAGE.parent / name):
        if candidate.exists():
            return candidate
    raise StoreError(f"`{name}` is missing from the installation; install neuron-atlas again")


@dataclass(frozen=True)
class Layout:
    """The folders below one output folder."""

    output: Path

    @property
    def records(self) -> Path:
        """All records."""
        return self.output / "records"

    @property
    def docs(self) -> Path:
        """The Markdown that MkDocs reads: site_src and generated pages."""
        return self.output / "docs"

    @property
    def written(self) -> Path:
        """Hand-written pages that someone put there for this site."""
        return self.output / WRITTEN

    @property
    def site(self) -> Path:
        """The finished site."""
        return self.output / "site"

    @property
    def lock(self) -> Path:
        """The file that a running build holds locked."""
        return self.output / ".lock"

    def atlas(self, name: str) -> Path:
        """The records of one atlas that depend on its images."""
        return self.records / "atlases" / name

    def manifest(self, atlas: str) -> Path:
        """The manifest of one atlas: what it consists of."""
        return self.atlas(atlas) / "manifest.json"

    @property
    def comparisons(self) -> Path:
        """The comparisons of pictures, each in a folder with the name of its recipe."""
        return self.records / "comparisons"

    def comparison(self, name: str) -> Path:
        """A recipe's comparison."""
        return self.comparisons / name / "comparison"

    def comparison_parts(self, name: str) -> Path:
        """The finished parts of a recipe's comparison."""
        return self.comparisons / name / "parts"

    def network(self, sha256: str) -> Path:
        """The records of one network that depend on no images, shared by its atlases."""
        return self.records / "networks" / sha256[:16]


COMPARISON_PAGE = "comparison.md"
"""Our pictures beside torch-lucent's; written where they were compared."""


def atlas_page(atlas: str) -> str:
    """The cover of an atlas, below docs/ (the site has `.html` for `.md`)."""
    return f"{atlas}/index.md"


def neurons_page(atlas: str) -> str:
    """The table of all neurons of an atlas."""
    return f"{atlas}/neurons.md"


def data_page(atlas: str) -> str:
    """The downloads and provenance of an atlas."""
    return f"{atlas}/data.md"


def concepts_page(atlas: str) -> str:
    """The concept images of an atlas; written where labels rest on some."""
    return f"{atlas}/concepts.md"


def levels_page(atlas: str) -> str:
    """The neurons of an atlas from low-level to high-level; written where that was measured."""
    return f"{atlas}/levels.md"


def map_page(atlas: str) -> str:
    """The map of all neurons of an atlas; written where there is one."""
    return f"{atlas}/map.md"


def cases_page(atlas: str) -> str:
    """The list of an atlas's case studies; written where there are some."""
    return f"{atlas}/case-studies/index.md"


def case_page(atlas: str, slug: str) -> str:
    """One case study."""
    return f"{atlas}/case-studies/{slug}.md"


def findings_page(atlas: str) -> str:
    """Answers to the questions asked of every atlas; written where there are some."""
    return f"{atlas}/findings.md"


def network_page(atlas: str) -> str:
    """How the network of an atlas was trained; written where it brings a report."""
    return f"{atlas}/network.md"


def probes_page(atlas: str) -> str:
    """What linear probes read from the layers of an atlas; written where there are probes."""
    return f"{atlas}/probes.md"


RUNTIME = "assets/runtime"
"""The folder of the files that run a network in a browser; the site has it where one may run."""


def explorer_page(atlas: str) -> str:
    """The page that runs the network on a reader's image; written where the recipe wants it."""
    return f"{atlas}/explorer.md"


def explorer_data(atlas: str) -> str:
    """What that page needs of the atlas."""
    return f"{atlas}/explorer.json"


def explorer_schema_file(atlas: str) -> str:
    """The JSON Schema of that."""
    return f"{atlas}/explorer.schema.json"


def explorer_model(atlas: str) -> str:
    """The network that it runs."""
    return f"{atlas}/explorer.onnx"


def images_page(atlas: str) -> str:
    """The images of an atlas whose activation patterns are shown; written where there are any."""
    return f"{atlas}/images.md"


def image_page(atlas: str, picture: str) -> str:
    """The activation patterns of an image, named by its picture's file (`HASH.webp`)."""
    return f"{atlas}/images/{picture.removesuffix('.webp')}.md"


def image_json(atlas: str, picture: str) -> str:
    """The data of an image's page."""
    return f"{atlas}/images/{picture.removesuffix('.webp')}.json"


def contrasts_page(atlas: str) -> str:
    """What separates classes inside the network of an atlas; written where there are contrasts."""
    return f"{atlas}/contrasts.md"


def direction_picture(atlas: str, contrast: int, way: int, seed: int) -> str:
    """A picture of a contrast's direction: towards its first (0) or second (1) class; seeds count from 1."""
    return f"{atlas}/directions/{contrast}-{way + 1}-{seed}.webp"


def layer_page(atlas: str, layer: str) -> str:
    """A layer's page."""
    return f"{atlas}/{layer}/index.md"


def neuron_page(neuron: NeuronId) -> str:
    """A neuron's page: its id is its address."""
    return f"{neuron}.md"


def neuron_json(neuron: NeuronId) -> str:
    """A neuron's data."""
    return f"{neuron}.json"
