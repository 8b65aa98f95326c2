"""The command line: every error that a user can cause is one clear line and a non-zero exit."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator import cli, pipeline
from generator.cli import main
from generator.errors import RecipeError
from generator.recipe import Recipe
from generator.store import artifacts
from tests.tiny import write_world

FIT = ("--set", "network.class_names=names.txt")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe in the current folder."""
    write_world(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> int:
    """Run the command line and return its exit status."""
    try:
        main(arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return 0


def one_line_error(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must fail; return its one error line."""
    assert run(*arguments) != 0
    errors = [line for line in capsys.readouterr().err.splitlines() if "error" in line.lower()]
    assert len(errors) == 1, errors
    assert "Traceback" not in errors[0]
    return errors[0]


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["build", "nowhere.toml"], "no such file"),
        (["build", "resnet18-cifar"], "did you mean `resnet18-cifar10`"),
        (["build", "bad.toml"], "not valid TOML"),
        (["build", "tiny.toml", "--set", "nmae=1"], "`nmae` is not a known key (did you mean `name`?)"),
        (["build", "tiny.toml", "--set", "layers.select=['layer9*']"], "layer9*"),
        (["build", "tiny.toml", "--set", "layers.neurons=[99]"], "99"),
        (["build", "tiny.toml", "--images", "nowhere"], "nowhere"),
        (["build", "tiny.toml", "--images", "empty"], "empty"),
        (["build", "imagenet-folder"], "--images"),
        (["build", "--set", "images.path=photos"], "`images.path` must be left out for scenes"),
        (["build", "tiny.toml", "--weights", "nowhere.pth"], "nowhere.pth"),
        (["build", "tiny.toml", "--weights", "bad.toml"], "bad.toml"),
        (["build", "tiny.toml", "--set", "network.model=tests.tiny:nothing"], "nothing"),
        (["build", "tiny.toml", "--set", "network.model=resnet81"], "resnet18"),
        (["build", "tiny.toml", *FIT], "`network.class_names` must have 3 lines"),
        (["build", "tiny.toml", "--set", "preprocess={}"], "`preprocess."),
        (["build", "tiny.toml", "--device", "abacus"], "abacus"),
        (["build", "tiny.toml", "--set", "oops"], "--set must be KEY=VALUE"),
        (["render", "--output", "empty"], "no atlas in"),
        (["cite", "tiny/0.0/1", "--output", "empty"], "no finished atlas `tiny`"),
        (["cite", "tiny/0.0/x", "--output", "empty"], "no finished atlas `tiny`"),
        (["serve", "--output", "empty"], "empty"),
        (["layers", "resnet81"], "resnet18"),
        (["plan", "nowhere.toml"], "no such file"),
    ],
)
def test_errors_are_one_clear_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.toml").write_text("name = ", encoding="utf-8")
    Path("names.txt").write_text("one\ntwo\n", encoding="utf-8")
    Path("empty").mkdir()
    assert words in one_line_error(capsys, *arguments)


@pytest.mark.usefixtures("world")
def test_no_space_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(artifacts, "_encode", full)
    assert "no space is left" in one_line_error(capsys, "build", "tiny.toml")


@pytest.mark.usefixtures("world")
def test_no_permission_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", refuse)
    assert "no permission to write there" in one_line_error(
        capsys, "build", "tiny.toml", "--output", "locked/x"
    )


@pytest.mark.usefixtures("world")
def test_an_output_that_is_a_file_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("file").write_text("", encoding="utf-8")
    assert "cannot write file" in one_line_error(capsys, "build", "tiny.toml", "--output", "file")


@pytest.mark.usefixtures("world")
def test_the_program_s_own_folders_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    inside = str(Path(cli.__file__).parent / "atlas")
    assert "own folder `generator`" in one_line_error(capsys, "build", "tiny.toml", "--output", inside)


@pytest.mark.usefixtures("world")
def test_interruption_says_how_to_go_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "save_manifest", interrupt)
    assert run("build", "tiny.toml") == cli.INTERRUPTED
    assert "the same command goes on from there" in capsys.readouterr().err


def test_build_render_and_cite_one_atlas(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("build", "tiny.toml", "--output", "out", "--site-url", "https://atlas.example/") == 0
    errors = capsys.readouterr().err
    assert "time:" in errors
    page = next((world / "out" / "site" / "tiny").glob("*/[0-9]*.html"))
    before = page.read_bytes()
    assert run("render", "--output", "out", "--site-url", "https://atlas.example/") == 0
    assert page.read_bytes() == before
    neuron = f"tiny/{page.parent.name}/{page.stem}"
    capsys.readouterr()
    assert run("cite", neuron, "--output", "out", "--site-url", "https://atlas.example/") == 0
    cited = capsys.readouterr().out
    assert cited.startswith("@misc{")
    assert f"https://atlas.example/{neuron}.html" in cited
    assert run("cite", "tiny/nowhere/1", "--output", "out") != 0


@pytest.mark.usefixtures("world")
def test_plan_and_layers_and_recipes_tell(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("plan", "tiny.toml") == 0
    planned = capsys.readouterr().out
    assert "survey" in planned
    assert "in all" in planned
    assert run("layers", "tiny.toml") == 0
    assert "* = chosen by `auto`" in capsys.readouterr().out
    assert run("recipes") == 0
    assert "resnet18-cifar10" in capsys.readouterr().out


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(("command", "does"), [("build", "build_records"), ("plan", "plan")])
def test_without_a_recipe_the_demo_is_taken(
    command: str, does: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(recipe: Recipe, *_: object) -> None:
        raise RecipeError(recipe.name, [f"seed {recipe.seed} of {recipe.network.model}"])

    monkeypatch.setattr(pipeline, does, refuse)
    said = one_line_error(capsys, command, "--set", "seed=5")
    assert "recipe demo: seed 5 of generator.inputs.scene_network:network" in said
    assert run(command, "--help") == 0
    assert "`demo`" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["render", "serve", "cite", "recipes"])
def test_commands_that_need_no_torch_do_not_import_it(command: str) -> None:
    script = (
        "import sys; from generator import cli; import generator.rendering, generator.publish.serve; "
        f"import generator.pages.citation; cli.cli.commands[{command!r}]; sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, cwd=Path(__file__).parents[1])
    assert done.returncode == 0


def test_check_names_faults_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "index.html").write_text('<img src="none.png"><a href="#top">up</a>')
    with pytest.raises(SystemExit) as ended:
        main(["check", str(tmp_path)])
    assert ended.value.code == 1
    assert "index.html: img `none.png` leads nowhere" in capsys.readouterr().out
    (tmp_path / "none.png").touch()
    main(["check", str(tmp_path)])
    assert "nothing is broken" in capsys.readouterr().out
