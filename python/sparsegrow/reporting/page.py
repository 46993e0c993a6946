"""The page: headline figures on top, then the sections, in one file that needs no other."""

from __future__ import annotations

import json
from pathlib import Path

from sparsegrow._sparsegrow import __version__
from sparsegrow.reporting.characters import characters_section, fan_in_section
from sparsegrow.reporting.data import Evaluation, RunFacts
from sparsegrow.reporting.drawing import draw_sub_dag, drawing_legend
from sparsegrow.reporting.growth import growth_section
from sparsegrow.reporting.markup import Markup, element, join, table
from sparsegrow.reporting.mutations import mutations_section
from sparsegrow.reporting.net import NetFacts, name_of, take_out
from sparsegrow.reporting.scale import NO_FIGURE, compact, decimals, duration, whole

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
FIRST_LINKS, OTHER_LINKS = 600, 200  # edges of the drawing shown first, and of each other one
ROOM = 1_000_000  # neurons times edges of each other drawing: keeps the page below 2 MB
STYLE = Path(__file__).with_name("page.css")
SCRIPT = Path(__file__).with_name("page.js")
PARTS = ("training", "mutations", "trials", "evaluation")


def page_of(run: RunFacts, token: int) -> str:
    """Return the whole page, with the sub-DAG of one character shown first."""
    title = f"{run.name} · sparsegrow"
    head = (
        element("meta", charset="utf-8"),
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("title", title),
        element("style", Markup(STYLE.read_text("utf-8"))),
    )
    body = (
        element("main", *sections(run, token)),
        footer(),
        element("script", Markup(SCRIPT.read_text("utf-8"))),
    )
    whole_page = element("html", element("head", *head), element("body", *body), lang="en")
    return f"<!DOCTYPE html>\n{whole_page}\n"


def sections(run: RunFacts, token: int) -> list[Markup]:
    """Return the parts of the page in the order in which they are read."""
    parts = [header(run), headline(run.last), time_spent(run.last), growth_section(run)]
    if run.net is not None:
        parts.append(drawing_section(run.net, token))
    parts.append(mutations_section(run))
    if run.net is not None:
        parts += [characters_section(run.net), fan_in_section(run.net)]
    return [*parts, settings(run)]


def header(run: RunFacts) -> Markup:
    """Return the title and what is missing."""
    notes = [element("div", *(element("p", note) for note in run.notes), class_="notes")]
    return element(
        "header",
        element("h1", f"Run {run.name}"),
        element("p", "How a language model of 98 sparse sub-DAGs grew.", class_="note"),
        *(notes if run.notes else []),
    )


def headline(last: Evaluation) -> Markup:
    """Return the figures of the last evaluation."""
    figures = (
        ("Bits/character", decimals(last.val_bpc, 3)),
        ("Wall time", duration(last.seconds)),
        ("Parameters", whole(last.params)),
        ("Edges", whole(last.edges)),
        ("Hidden units", whole(last.hidden)),
        ("Depth", whole(last.max_depth)),
        ("Longest context", whole(last.max_context)),
        ("Memory neurons", whole(last.memory_neurons)),
        ("Characters/s", whole(last.chars_per_second)),
        ("Characters read", NO_FIGURE if last.chars is None else compact(last.chars)),
        ("Engine memory", NO_FIGURE if last.bytes is None else f"{last.bytes / 1e6:,.1f} MB"),
        ("Accepted", whole(last.accepted)),
        ("Rolled back", whole(last.rolled_back)),
        ("Rejected", whole(last.rejected)),
    )
    boxes = (element("div", element("dt", n), element("dd", v)) for n, v in figures)
    return element("dl", *boxes, class_="figures")


def time_spent(last: Evaluation) -> Markup:
    """Return where the wall time went, as a bar with its legend."""
    known = {part: getattr(last, f"seconds_{part}") for part in PARTS}
    spent = {part: seconds for part, seconds in known.items() if seconds}
    if not spent:
        return Markup("")
    spent["other"] = max(0.0, last.seconds - sum(spent.values()))
    total = sum(spent.values())
    bars = (
        element("span", class_=f"part-{part}", style=f"width:{100 * seconds / total:.2f}%")
        for part, seconds in spent.items()
    )
    keys = (time_key(part, seconds, seconds / total) for part, seconds in spent.items())
    return element(
        "div",
        element("p", element("strong", "Where the time went")),
        element("div", *bars, class_="share", aria_hidden="true"),
        element("p", *keys, class_="keys"),
    )


def time_key(part: str, seconds: float, share: float) -> Markup:
    """Return one entry of the legend of the time."""
    swatch = element("span", class_=f"swatch part-{part}")
    return element("span", swatch, f"{part}: {duration(seconds)} ({share:.1%})", class_="key")


def drawing_section(net: NetFacts, token: int) -> Markup:
    """Return the drawing of one sub-DAG, and of all others for the one who can choose."""
    others = (
        element("template", brief_drawing(net, t), id=f"drawing-{t}")
        for t in range(len(net.sub_dags["depth"]))
        if t != token
    )
    return element(
        "section",
        element("h2", "One sub-DAG", id="sub-dag"),
        chooser(net, token),
        element("div", draw_sub_dag(take_out(net, token), FIRST_LINKS), id="stage"),
        drawing_legend(patterns=bool(net.patterns.any())),
        *others,
    )


def brief_drawing(net: NetFacts, token: int) -> Markup:
    """Return a drawing that takes little room: there are many of them."""
    links = min(OTHER_LINKS, ROOM // len(net.neurons["layer"]))
    return draw_sub_dag(take_out(net, token), links, words=False)


def chooser(net: NetFacts, token: int) -> Markup:
    """Return the list to choose a sub-DAG from, which shows itself where scripts run."""
    options = (
        element("option", option_text(net, t), value=str(t), selected=t == token)
        for t in range(len(net.sub_dags["depth"]))
    )
    select = element("select", *options, id="pick", autocomplete="off")
    return element("label", "Character: ", select, class_="pick", hidden=True)


def option_text(net: NetFacts, token: int) -> str:
    """Return a character with its size."""
    depth, hidden, context = (net.sub_dags[key][token] for key in ("depth", "hidden", "context"))
    return f"{name_of(token)} · {hidden} hidden, depth {depth}, context {context}"


def settings(run: RunFacts) -> Markup:
    """Return the settings of the run, folded away."""
    if not run.config:
        return Markup("")
    rows = [[str(key), as_text(value)] for key, value in run.config.items()]
    whole_table = table(["Setting", "Value"], rows, "config.json")
    summary = element("summary", "All settings of the run")
    return element(
        "section",
        element("h2", "Settings", id="settings"),
        element("details", summary, element("div", whole_table, class_="settings")),
    )


def as_text(value: object) -> str:
    """Return a setting's value as it stands in the file."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def footer() -> Markup:
    """Return the end of the page."""
    return element("footer", join([f"Made by sparsegrow {__version__}."]))
