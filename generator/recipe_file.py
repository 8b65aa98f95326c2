"""Reading recipes: bundled or from a file, with overrides; every fault is reported at once."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from generator.errors import RecipeError, nearest
from generator.recipe import Recipe, is_weights_file

BUNDLED = Path(__file__).parent / "recipes"


def bundled_names() -> tuple[str, ...]:
    """Return the names of the recipes that come with the package, sorted."""
    return tuple(sorted(path.stem for path in BUNDLED.glob("*.toml")))


def load_recipe(name_or_path: str, overrides: Mapping[str, str] | None = None) -> Recipe:
    """Load a recipe by bundled name or path, apply overrides and check it whole.

    Relative paths in a recipe file are taken from the file's folder, those in overrides from the
    current folder. Other images or weights than the recipe's do not inherit what it says of its
    own (name, licence, citation; training, class names).

    Args:
        name_or_path: A bundled recipe's name or the path of a TOML file.
        overrides: Dotted keys (`network.weights`) to values as typed on the command line, read
            as TOML values and, where that fails, as text.

    Raises:
        RecipeError: No such recipe, bad TOML, or any key or value at fault (all are listed).
    """
    path = _find(name_or_path)
    values = _read(path)
    _anchor(values, path.parent)
    changes = overrides or {}
    _drop_outdated(values, changes)
    for key, text in changes.items():
        _override(values, key, text, path.name)
    return check_recipe(values, path.name)


def check_recipe(values: Mapping[str, Any], source: str) -> Recipe:
    """Validate a recipe's values, listing all faults at once.

    Raises:
        RecipeError: Any key or value is at fault.
    """
    try:
        return Recipe.model_validate_json(json.dumps(values, default=str))
    except ValidationError as error:
        raise RecipeError(source, _problems(error)) from None


def _find(name_or_path: str) -> Path:
    path = Path(name_or_path)
    if path.suffix == ".toml" or "/" in name_or_path:
        return path
    if name_or_path in bundled_names():
        return BUNDLED / f"{name_or_path}.toml"
    known = bundled_names()
    raise RecipeError(
        f"`{name_or_path}`",
        [f"no such recipe{nearest(name_or_path, known)}; give a .toml file or one of {', '.join(known)}"],
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecipeError(str(path), ["no such file; check the path"]) from None
    except OSError as error:
        raise RecipeError(str(path), [f"cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise RecipeError(str(path), ["is not UTF-8 text; save it as UTF-8"]) from None
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(str(path), [f"is not valid TOML: {error}"]) from None


def _anchor(values: dict[str, Any], folder: Path) -> None:
    """Make the file paths of a recipe file absolute, seen from its folder."""
    for section, key in (
        ("images", "path"),
        ("images", "class_names"),
        ("network", "class_names"),
        ("concepts", "path"),
        ("probes", "labels"),
        ("probes", "exclude"),
    ):
        _anchor_one(values.get(section), key, folder)
    network = values.get("network")
    if isinstance(network, dict) and is_weights_file(str(network.get("weights", ""))):
        _anchor_one(network, "weights", folder)


def _anchor_one(section: object, key: str, folder: Path) -> None:
    if isinstance(section, dict) and isinstance(section.get(key), str) and section[key]:
        section[key] = str(folder / Path(section[key]).expanduser())


def _drop_outdated(values: dict[str, Any], overrides: Mapping[str, str]) -> None:
    """Drop what a recipe says of images or weights that overrides put others in the place of."""
    for replaced, section, described in (
        ("images.source", "images", ("name", "split", "licence", "citation", "download")),
        ("network.weights", "network", ("trained_on", "class_names")),
    ):
        settings = values.get(section)
        key = replaced.partition(".")[2]
        if isinstance(settings, dict) and overrides.get(replaced, settings.get(key)) != settings.get(key):
            for name in described:
                settings.pop(name, None)


def _override(values: dict[str, Any], dotted: str, text: str, source: str) -> None:
    *sections, key = dotted.split(".")
    target = values
    for section in sections:
        inner = target.setdefault(section, {})
        if not isinstance(inner, dict):
            raise RecipeError(source, [f"`{dotted}` cannot be set: `{section}` is a value, not a section"])
        target = inner
    try:
        target[key] = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        target[key] = text


def _problems(error: ValidationError) -> Iterator[str]:
    """Turn pydantic's faults into lines of the form "`key` must be RULE, got VALUE"."""
    seen: set[str] = set()
    for fault in error.errors():
        place = ".".join(str(part) for part in _place(fault["loc"]))
        line = f"`{place}` {_rule(fault)}"
        if line not in seen:
            seen.add(line)
            yield line


def _place(location: tuple[int | str, ...]) -> Iterable[int | str]:
    """Drop the names of union members, which pydantic mixes into the location."""
    known = set(_all_keys(Recipe))
    for depth, part in enumerate(location):
        if depth < 2 or isinstance(part, int) or part in known:
            yield part


def _all_keys(section: type[BaseModel]) -> Iterator[str]:
    for name, field in section.model_fields.items():
        yield name
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _all_keys(field.annotation)


def _rule(fault: Any) -> str:
    kind, got = fault["type"], fault.get("input")
    if kind == "missing":
        return "is missing; add it"
    if kind == "extra_forbidden":
        return f"is not a known key{nearest(str(fault['loc'][-1]), _siblings(fault['loc']))}"
    message = str(fault["msg"]).removeprefix("Value error, ")
    message = message.replace("Input should be", "must be").replace("String should", "must")
    return f"{message}, got {_shown(got)}"


def _siblings(location: tuple[int | str, ...]) -> Iterable[str]:
    section: type[BaseModel] = Recipe
    for part in location[:-1]:
        annotation = section.model_fields[str(part)].annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            section = annotation
    return section.model_fields


def _shown(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
