"""The command line: every error that a user can cause is one clear line and a non-zero exit."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from generator import recipe_file
from generator.errors import NeuronAtlasError
from generator.progress import Reporter, duration
from generator.store.layout import Layout

INTERRUPTED = 130  # exit status of a program ended by Ctrl-C, as shells have it

DEMO = "demo"  # recipe whose network comes with the package and whose images are drawn
RECIPE = click.argument("recipe", default=DEMO)
OUTPUT = click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("atlas"),
    show_default=True,
    help="Output folder.",
)
SITE_URL = click.option(
    "--site-url",
    envvar="NEURON_ATLAS_SITE_URL",
    default="",
    help="Address where the site will stand, for permalinks and citations.",
)
SETTINGS = (
    click.option(
        "--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Override any recipe value."
    ),
    click.option("--weights", help="State-dict file or weights name (network.weights)."),
    click.option("--images", help="Folder of images (images.source = folder, images.path)."),
    click.option("--device", help="cpu, cuda, mps or auto (compute.device)."),
)


def with_settings(command: Any) -> Any:
    """Give a command the options that override a recipe."""
    for option in reversed(SETTINGS):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="neuron-atlas")
def cli() -> None:
    """Measure every chosen neuron of a vision network and publish one static atlas."""


@cli.command()
@RECIPE
@with_settings
@OUTPUT
@SITE_URL
def build(recipe: str, output: Path, site_url: str, **overrides: Any) -> None:
    """Build the atlas of RECIPE (a bundled name or a .toml file) and the site around it.

    Without RECIPE it builds `demo`: a network that comes with the package, on drawn images;
    nothing is downloaded.
    """
    from generator.pipeline import build_records  # noqa: PLC0415  # torch, which other commands do without
    from generator.rendering import render_site  # noqa: PLC0415

    reporter, layout = Reporter(), Layout(output)
    loaded = recipe_file.load_recipe(recipe, _overrides(**overrides))
    subject = build_records(loaded, layout, reporter)
    render_site(layout, reporter, site_url=site_url)
    reporter.summary()
    reporter.note(f"atlas {subject.atlas}: {layout.site / 'index.html'} (or `neuron-atlas serve`)")


@cli.command()
@RECIPE
@with_settings
@OUTPUT
@click.option(
    "--steps",
    type=click.IntRange(min=1),
    default=512,
    show_default=True,
    help="Optimization steps of lucent; its default takes about 10 minutes.",
)
@click.option(
    "--neurons", type=click.IntRange(min=1), default=4, show_default=True, help="Neurons of each of 5 layers."
)
def compare(recipe: str, output: Path, steps: int, neurons: int, **overrides: Any) -> None:
    """Make our pictures and torch-lucent's of the same neurons of RECIPE; `render` then shows both."""
    from generator.comparison import compare as run  # noqa: PLC0415

    reporter, loaded = Reporter(), recipe_file.load_recipe(recipe, _overrides(**overrides))
    run(loaded, Layout(output), reporter, steps=steps, neurons=neurons)
    reporter.summary()
    reporter.note("compared; `neuron-atlas render` makes a page of it")


@cli.command()
@OUTPUT
@SITE_URL
@click.option(
    "--workers", type=click.IntRange(min=1), help="Processes; as many as there are cores by default."
)
def render(output: Path, site_url: str, workers: int | None) -> None:
    """Rebuild pages and site from the records of all atlases in the output folder."""
    from generator.rendering import render_site  # noqa: PLC0415

    reporter, layout = Reporter(), Layout(output)
    render_site(layout, reporter, site_url=site_url, workers=workers)
    reporter.summary()


@cli.command()
@OUTPUT
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
def serve(output: Path, port: int) -> None:
    """Serve the site on 127.0.0.1 until Ctrl-C."""
    from generator.publish.serve import serve as run  # noqa: PLC0415

    layout = Layout(output)
    Reporter().note(f"serving {layout.site} at http://127.0.0.1:{port}/ (Ctrl-C ends)")
    run(layout.site, port)


@cli.command()
@click.argument("site", type=click.Path(path_type=Path), default=Path("atlas", "site"))
def check(site: Path) -> None:
    """Check the finished SITE: every link, anchor, image and file that a page names or loads.

    Prints one line for each fault. The exit status is 0 for a whole site and 1 otherwise.
    """
    from generator.publish.links import check_links  # noqa: PLC0415

    faults = check_links(site)
    for fault in faults:
        click.echo(fault)
    if faults:
        sys.exit(1)
    click.echo(f"{site}: nothing is broken, nothing is loaded from elsewhere")


@cli.command()
@click.argument("model")
@click.option("--weights", default="random", show_default=True, help="State-dict file or weights name.")
@click.option(
    "--size", type=click.IntRange(min=1), default=224, show_default=True, help="Input pixels a side."
)
def layers(model: str, weights: str, size: int) -> None:
    """List the layers of MODEL (torchvision name, package.module:function or recipe) and their neurons."""
    from generator.listing import describe_layers  # noqa: PLC0415

    for line in describe_layers(model, weights, size):
        click.echo(line)


@cli.command()
@RECIPE
@with_settings
def plan(recipe: str, **overrides: Any) -> None:
    """Say beforehand what RECIPE (`demo` when left out) will compute, for how long and how large."""
    from generator.pipeline import plan as estimate  # noqa: PLC0415

    loaded = recipe_file.load_recipe(recipe, _overrides(**overrides))
    estimates = estimate(loaded, Reporter())
    for name, cost in estimates:
        click.echo(f"{name:18} {duration(cost.seconds):>14}  {megabytes(cost.size):>10}  {cost.work}")
    seconds = sum(cost.seconds for _, cost in estimates)
    size = sum(cost.size for _, cost in estimates)
    click.echo(f"{'in all':18} {duration(seconds):>14}  {megabytes(size):>10}  on this machine, records only")


@cli.command()
@click.argument("neuron")
@OUTPUT
@SITE_URL
@click.option("--format", "form", type=click.Choice(["bibtex", "text"]), default="bibtex", show_default=True)
def cite(neuron: str, output: Path, site_url: str, form: str) -> None:
    """Print how to cite NEURON (ATLAS/LAYER/CHANNEL), a layer (ATLAS/LAYER) or an ATLAS."""
    from generator.pages.citation import cite as citation  # noqa: PLC0415
    from generator.store.manifest import read_atlas  # noqa: PLC0415

    atlas = read_atlas(Layout(output), neuron.split("/", 1)[0])
    cited = citation(atlas, neuron, site_url)
    click.echo(cited.bibtex if form == "bibtex" else cited.text)


@cli.command()
def recipes() -> None:
    """List the recipes that come with the package."""
    for name in recipe_file.bundled_names():
        recipe = recipe_file.load_recipe(name)
        click.echo(f"{name:20} {recipe.title}")


def megabytes(size: int) -> str:
    """Return a number of bytes as megabytes in words."""
    return f"{size / 1e6:,.1f} MB"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    try:
        cli.main(args=arguments, prog_name="neuron-atlas", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except NeuronAtlasError as error:
        sys.exit(_fail(error.message))
    except (KeyboardInterrupt, click.Abort):
        _fail("interrupted; finished parts are kept, the same command goes on from there")
        sys.exit(INTERRUPTED)
    except MemoryError:
        sys.exit(_fail("out of memory; lower `compute.batch_size` or the number of neurons"))


def _fail(message: str) -> int:
    click.echo("neuron-atlas: error: " + " ".join(message.split()), err=True)
    return 1


def _overrides(
    assignments: Sequence[str], weights: str | None, images: str | None, device: str | None
) -> dict[str, str]:
    """Collect the overrides of a recipe, as typed; later ones win."""
    collected: dict[str, str] = {}
    if weights:
        collected["network.weights"] = weights
    if images:
        collected |= {"images.source": "folder", "images.path": images}
    if device:
        collected["compute.device"] = device
    for assignment in assignments:
        key, separator, value = assignment.partition("=")
        if not separator or not key:
            raise click.UsageError(f"--set must be KEY=VALUE, got `{assignment}`")
        collected[key] = value
    return collected
