"""Recipes are checked whole: every fault is named, with its remedy, at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from generator.activations.layers import choose_layers
from generator.errors import RecipeError
from generator.inputs import scene_network
from generator.inputs.models import load_network
from generator.recipe import published, to_toml
from generator.recipe_file import bundled_names, check_recipe, load_recipe

MINIMAL: dict[str, Any] = {
    "name": "tiny",
    "title": "Tiny",
    "network": {"model": "resnet18", "weights": "random"},
    "images": {"source": "folder", "path": "pictures"},
}


def write(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def minimal_toml(**extra: str) -> str:
    return (
        'name = "tiny"\ntitle = "Tiny"\n[network]\nmodel = "resnet18"\nweights = "nets/w.pth"\n'
        '[images]\nsource = "folder"\npath = "pictures"\n' + "".join(extra.values())
    )


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_recipes_are_valid(name: str) -> None:
    assert load_recipe(name).name == name


def test_the_promised_recipes_are_bundled() -> None:
    promised = {"demo", "resnet18-cifar10", "resnet50-imagenette", "vit-imagenette", "imagenet-folder"}
    assert promised <= set(bundled_names())


def test_the_demo_says_truly_what_its_network_was_trained_with() -> None:
    recipe = load_recipe("demo")
    view = recipe.preprocess
    assert (view.crop, view.mean, view.std) == (scene_network.SIZE, scene_network.MEAN, scene_network.STD)
    report = json.loads(scene_network.REPORT_FILE.read_text(encoding="utf-8"))
    assert recipe.network.trained_on.startswith(
        f"{report['training']['scenes']:,} concept scenes of another seed"
    )
    assert report["training"]["scenes_seed"] != recipe.seed


def test_the_demo_has_neurons_of_every_stage_and_downloads_nothing() -> None:
    recipe = load_recipe("demo")
    network = load_network(recipe.network, recipe.preprocess, recipe.seed, "cpu")
    layers = choose_layers(network, recipe.layers, recipe.seed)
    assert [layer.name.split(".")[0] for layer in layers] == [
        "stem", *[f"stage{stage}" for stage in (1, 1, 2, 2, 3, 3, 4, 4)]
    ]  # fmt: skip
    assert {layer.activation for layer in layers} == {"ReLU"}
    assert sum(len(layer.neurons) for layer in layers) >= 100
    assert (recipe.images.source, recipe.images.download) == ("scenes", False)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"nmae": "x"}, "`nmae` is not a known key (did you mean `name`?)"),
        ({"layers": {"slect": ["x"]}}, "`layers.slect` is not a known key (did you mean `select`?)"),
        ({"layers": {"neurons": "many"}}, '`layers.neurons` must be "all", a count from 1 on'),
        ({"layers": {"neurons": 0}}, "got 0"),
        ({"layers": {"neurons": True}}, "got true"),
        ({"layers": {"neurons": [1, 1]}}, "`layers.neurons` must not name anything twice, got [1, 1]"),
        ({"layers": {"neurons": [-1]}}, "got [-1]"),
        ({"layers": {"select": []}}, "`layers.select`"),
        ({"statistics": {"bins": 3}}, "`statistics.bins` must be greater than or equal to 8, got 3"),
        ({"seed": "zero"}, '`seed` must be a valid integer, got "zero"'),
        ({"name": "Not A Slug"}, "`name`"),
        ({"images": {"source": "webcam"}}, "`images.source` must be 'folder', 'cifar10'"),
        ({"images": {}}, "`images.source` is missing; add it"),
        ({"compute": 3}, "`compute` must be an object, got 3"),
        ({"preprocess": {"mean": [0.5, 0.5]}}, "`preprocess.mean.2` is missing"),
    ],
)
def test_each_fault_has_its_line(change: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeError) as caught:
        check_recipe({**MINIMAL, **change}, "mine.toml")
    assert words in caught.value.message
    assert "\n" not in caught.value.message
    assert len(caught.value.problems) == 1


def test_all_faults_come_at_once() -> None:
    with pytest.raises(RecipeError) as caught:
        check_recipe(
            {**MINIMAL, "seed": -1, "nmae": 1, "statistics": {"bins": 3, "bootstrap": 1}}, "mine.toml"
        )
    assert len(caught.value.problems) == 4


def test_overrides_are_read_as_toml_and_else_as_text() -> None:
    recipe = load_recipe(
        "resnet18-cifar10",
        {
            "layers.neurons": "[1, 2]",
            "network.weights": "some/file.pth",
            "seed": "7",
            "compute.device": "cpu",
        },
    )
    assert recipe.layers.neurons == (1, 2)
    assert recipe.network.weights == "some/file.pth"
    assert (recipe.seed, recipe.compute.device) == (7, "cpu")


def test_overriding_into_a_value_is_refused() -> None:
    with pytest.raises(RecipeError, match="`name` is a value, not a section"):
        load_recipe("resnet18-cifar10", {"name.x": "1"})


def test_paths_are_seen_from_the_recipe_file(tmp_path: Path) -> None:
    recipe = load_recipe(write(tmp_path, minimal_toml()))
    assert recipe.images.path == str(tmp_path / "pictures")
    assert recipe.network.weights == str(tmp_path / "nets" / "w.pth")


def test_published_recipe_names_no_folder_and_hashes_alike(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    recipes = [published(load_recipe(write(tmp_path / name, minimal_toml()))) for name in ("a", "b")]
    assert str(tmp_path) not in to_toml(recipes[0])
    assert recipes[0].sha256() == recipes[1].sha256()


def test_compute_and_prose_do_not_change_the_hash() -> None:
    plain = load_recipe("resnet18-cifar10")
    assert (
        plain.sha256() == load_recipe("resnet18-cifar10", {"compute.batch_size": "3", "title": "T"}).sha256()
    )
    assert plain.sha256() != load_recipe("resnet18-cifar10", {"seed": "3"}).sha256()


def test_toml_of_a_recipe_reads_back_as_itself(tmp_path: Path) -> None:
    recipe = load_recipe(
        "resnet18-cifar10", {"layers.neurons": "[3, 1]", "preprocess.interpolation": "bicubic"}
    )
    again = load_recipe(write(tmp_path, to_toml(recipe)))
    assert again == recipe


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "is not valid TOML"),
        ("", "`name` is missing; add it"),
        ("[network]\nmodel = 3", "`network.model`"),
    ],
)
def test_bad_files_are_one_clear_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe(write(tmp_path, text))
    assert words in caught.value.message


def test_a_missing_file_and_a_missing_name_say_so(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no such file"):
        load_recipe(str(tmp_path / "none.toml"))
    with pytest.raises(RecipeError, match="did you mean `resnet18-cifar10`"):
        load_recipe("resnet18-cifar")


def test_a_file_that_is_no_text_says_so(tmp_path: Path) -> None:
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecipeError, match="not UTF-8"):
        load_recipe(str(path))


def test_other_images_and_weights_do_not_inherit_what_is_said_of_the_recipe_s_own() -> None:
    own = load_recipe("resnet18-cifar10")
    assert (own.images.name, own.images.split, own.images.download) == ("CIFAR-10", "test", True)
    other = load_recipe(
        "resnet18-cifar10",
        {
            "images.source": "folder",
            "images.path": "mine",
            "images.licence": "mine",
            "network.weights": "w.pth",
        },
    )
    assert (other.images.name, other.images.citation, other.images.download) == ("", "", False)
    assert other.images.licence == "mine"
    same = load_recipe("imagenet-folder", {"images.source": "folder", "images.path": "mine"})
    assert same.images.citation == load_recipe("imagenet-folder").images.citation != ""
