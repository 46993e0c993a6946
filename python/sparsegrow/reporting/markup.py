"""HTML and SVG as text in which nothing but markup is markup: all else is escaped on its way in."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

Attribute = str | float | bool | None
VOID = {"meta", "br"}  # elements without content
SHAPES = {"circle", "line", "path", "rect"}  # of an SVG, where an empty one may close itself


class Markup(str):
    """Text that is HTML already; any other text is escaped when it becomes part of an element."""

    __slots__ = ()


def element(name: str, *children: str, **attributes: Attribute) -> Markup:
    """Return an element with what is in it.

    Parameters
    ----------
    name
        Of the element.
    children
        Text, which is escaped, or `Markup`.
    **attributes
        A trailing underscore of a name is dropped and others become hyphens. Numbers are written
        short; None and False leave an attribute out.

    Examples
    --------
    >>> element("td", "a < b", class_="wide", stroke_width=1.50)
    '<td class="wide" stroke-width="1.5">a &lt; b</td>'
    """
    head = "".join(attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Markup(f"<{name}{head}>")
    if name in SHAPES and not children:
        return Markup(f"<{name}{head}/>")
    return Markup(f"<{name}{head}>{join(children)}</{name}>")


def attribute(key: str, value: Attribute) -> str:
    """Return one attribute with the space before it, or nothing."""
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{written(value)}"'


def written(value: str | float) -> str:
    """Return an attribute's value: a tenth of a pixel is precise enough."""
    if isinstance(value, str):
        return escape(value)
    short = f"{value:.1f}"
    return short[:-2] if short.endswith(".0") else short


def join(parts: Iterable[str]) -> Markup:
    """Return the parts one after another, text escaped."""
    return Markup("".join(p if isinstance(p, Markup) else escape(p) for p in parts))


def picture(
    name: str, size: tuple[float, float], title: str, description: str, *children: str
) -> Markup:
    """Return an SVG that fills the width it is given and that a screen reader can tell about.

    Parameters
    ----------
    name
        Unique on the page; names its title and description.
    size
        Width and height in its own units.
    title, description
        What it is, and what it shows, in words.
    children
        What is drawn.
    """
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-desc"),
        *children,
        viewBox=f"0 0 {written(size[0])} {written(size[1])}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def label(text: str, x: float, y: float, anchor: str = "start", class_: str = "") -> Markup:
    """Return text inside an SVG."""
    return element(
        "text",
        text,
        x=x,
        y=y,
        text_anchor=None if anchor == "start" else anchor,
        class_=class_ or None,
    )


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """Return a straight line inside an SVG."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def table(head: Iterable[str], rows: Iterable[Iterable[str]], caption: str) -> Markup:
    """Return a table whose first column names its rows, and which scrolls where it is too wide."""
    top = element("tr", *(element("th", cell, scope="col") for cell in head))
    body = join(table_row(list(cells)) for cells in rows)
    whole = element(
        "table", element("caption", caption), element("thead", top), element("tbody", body)
    )
    return element("div", whole, class_="scroll", tabindex="0", role="region", aria_label=caption)


def table_row(cells: list[str]) -> Markup:
    """Return a row with its heading."""
    first = element("th", cells[0], scope="row")
    return element("tr", first, *(element("td", cell) for cell in cells[1:]))
