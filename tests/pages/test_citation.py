"""Citations: the page's and the command's agree, hashes are those of files, special characters escaped."""

from __future__ import annotations

import hashlib

import pytest

from generator.errors import LayerError
from generator.pages.citation import checksums, cite, combined
from tests.pages.fake_atlas import fake_atlas

SITE = "https://example.org/a b/"


def test_a_neuron_s_citation() -> None:
    atlas = fake_atlas()
    channel = atlas.subject.layers[0].neurons[1]
    found = cite(atlas, f"fake-atlas/layer1.__0__/{channel}", SITE)
    assert found.permalink == f"https://example.org/a b/fake-atlas/layer1.__0__/{channel}.html"
    assert found.short_hash in found.bibtex
    assert found.short_hash in found.text
    assert len(found.sha256) == 64
    assert found.bibtex.startswith("@misc{fake-atlas:layer1.:0:")
    assert rf"layer1.\_\_0\_\_/{channel} of resnet18" in found.bibtex
    assert r"Fake \& Co" in found.bibtex
    assert found.bibtex.count("{") - found.bibtex.count(r"\{") == found.bibtex.count(
        "}"
    ) - found.bibtex.count(r"\}")


def test_layer_and_atlas_cover_their_neurons() -> None:
    atlas, other = fake_atlas(), fake_atlas(seed=1)
    for name in ("fake-atlas", "fake-atlas/fc", "fake-atlas/fc/"):
        assert cite(atlas, name, SITE).sha256 == cite(fake_atlas(), name, SITE).sha256
        assert cite(atlas, name, SITE).sha256 != cite(other, name, SITE).sha256


def test_checksums_are_what_sha256sum_reads() -> None:
    hashes = {"a/b/2": "22", "a/b/1": "11"}
    assert checksums(hashes) == "11  a/b/1.json\n22  a/b/2.json\n"
    assert combined(hashes) == hashlib.sha256(checksums(hashes).encode()).hexdigest()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("other/fc/1", "must begin with `fake-atlas/`"),
        ("fake-atlas/layer9/1", "no layer `layer9`"),
        ("fake-atlas/layer1.__0__/99999", "one that the atlas shows"),
        ("fake-atlas/layer9", "ATLAS/LAYER/CHANNEL"),
    ],
)
def test_an_unknown_name_is_refused_in_one_line(name: str, words: str) -> None:
    with pytest.raises(LayerError) as caught:
        cite(fake_atlas(), name, SITE)
    assert words in caught.value.message
    assert "\n" not in caught.value.message


def test_without_a_host_the_permalink_is_the_path() -> None:
    assert cite(fake_atlas(), "fake-atlas", "").permalink == "fake-atlas/index.html"
