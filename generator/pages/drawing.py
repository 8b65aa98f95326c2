"""What hand-written pages can draw by name: numbers, words, figures, neurons as cards, links.

Everything drawn is in the published files, so a page cannot disagree with them; a name that does not
exist fails the build.
"""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from generator.errors import SiteError, nearest
from generator.pages.environment import render
from generator.pages.links import link
from generator.pages.numbers import Shown, share, shown, whole
from generator.pages.published import Published
from generator.pages.summary import NeuronSummary
from generator.pages.tiles import tile
from generator.store.layout import PACKAGE

# Where files of the package that pages link to are published, as text that browsers show.
CODE = "code"

# Characters that Markdown could take for its own; as character references it lets them be.
_MARKS = re.compile(r"[\\`*_{}\[\]()#+\-.!|~:^=]")


class Drawing:
    """What one hand-written page can call; `calls` are its functions by name.

    Args:
        published: The files to draw from.
        neurons: All neurons of the site by name.
        page: The page's path below docs/.
    """

    def __init__(self, published: Published, neurons: Mapping[str, NeuronSummary], page: str) -> None:
        self._published, self._neurons, self._page = published, neurons, page

    @property
    def calls(self) -> dict[str, Callable[..., Any]]:
        """The functions that a page can use."""
        return {
            "value": self._published.value,
            "exists": self._published.has,
            "number": self.number,
            "percent": self.percent,
            "words": self.words,
            "figure": self.figure,
            "card": self.cards,
            "cards": self.cards,
            "link": self.link,
            "code": self.code,
        }

    def number(self, name: str) -> Markup:
        """Draw a number: counts in full, measured values with three digits, null as *not defined*.

        Raises:
            SiteError: There is no such number.
        """
        found = self._number(name)
        text = Shown(whole(found)) if isinstance(found, int) else shown(found)
        return _drawn(found, text, name)

    def percent(self, name: str) -> Markup:
        """Draw a share between 0 and 1 in percent.

        Raises:
            SiteError: There is no such number.
        """
        found = self._number(name)
        return _drawn(found, share(found), name)

    def words(self, name: str) -> Markup:
        """Draw text, as a title or a label.

        Raises:
            SiteError: There is no such text.
        """
        found = self._published.value(name)
        if not isinstance(found, str):
            raise SiteError(f"`{name}` must be text to be drawn as words, but is {_kind(found)}")
        return plain(found)

    def figure(self, file: str, alternative: str, caption: str = "") -> Markup:
        """Draw a published picture on lines of its own; `alternative` says what it shows in words.

        Raises:
            SiteError: There is no such file, or it has no alternative text.
        """
        self._published.file(file)
        if not alternative.strip():
            raise SiteError(f"figure `{file}` must have a text that says what it shows, got none")
        values = {"source": link(file, self._page), "alternative": alternative, "caption": caption}
        return Markup(render("drawn/figure.html.jinja", values))

    def cards(self, *names: str) -> Markup:
        """Draw neurons (`ATLAS/LAYER/CHANNEL`) as a row of cards that link to their pages.

        Raises:
            SiteError: The site has no such neuron.
        """
        unknown = [name for name in names if name not in self._neurons]
        if unknown or not names:
            name = unknown[0] if unknown else ""
            raise SiteError(f"no neuron `{name}` is shown on the site{nearest(name, self._neurons)}")
        summaries = [self._neurons[name] for name in names]
        entries = [
            {"tile": tile(summary, self._page), "badge": summary.badge, "dead": summary.dead}
            for summary in summaries
        ]
        return Markup(render("drawn/cards.html.jinja", {"entries": entries}))

    def link(self, target: str) -> str:
        """Return the Markdown link to a page (`demo/levels.md#parts`) or published file.

        Raises:
            SiteError: There is no such file.
        """
        path, mark, anchor = target.partition("#")
        self._published.file(path)
        relative = quote(posixpath.relpath(path, posixpath.dirname(self._page) or "."))
        return relative + mark + quote(anchor)

    def code(self, module: str) -> Markup:
        """Draw a link to a file of this package (`analyses/statistics.py`), published beside the pages.

        Raises:
            SiteError: The package has no such file.
        """
        source = PACKAGE / module
        if not source.is_file():
            known = [path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")]
            raise SiteError(f"the package has no file `{module}`{nearest(module, known)}")
        target = f"{CODE}/{module}.txt"
        (self._published.docs / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, self._published.docs / target)
        return Markup('<a href="{}"><code>{}</code></a>').format(link(target, self._page), module)

    def _number(self, name: str) -> float | int | None:
        found = self._published.value(name)
        if found is not None and (isinstance(found, bool) or not isinstance(found, (int, float))):
            raise SiteError(f"`{name}` must be a number to be drawn, but is {_kind(found)}")
        return found


def plain(text: str) -> Markup:
    """Return text that neither HTML nor Markdown takes for its own."""
    return Markup(_MARKS.sub(lambda match: f"&#{ord(match[0])};", str(escape(" ".join(text.split())))))


def _drawn(found: float | None, text: Shown, name: str) -> Markup:
    """Return a number that carries its full value and its name."""
    value = "" if found is None else repr(found)
    return Markup('<data class="na-drawn" value="{}" title="{}">{}</data>').format(value, name, text.text)


def _kind(found: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "a truth value", type(None): "null"}
    return names.get(type(found), "a number")
