"""`sparsegrow profile` and `sparsegrow synth`: how graphs lie in memory."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from sparsegrow import locality
from sparsegrow.base.pictures import require_picture, save
from sparsegrow.cli.read import Json, opened
from sparsegrow.growth.char_model import CharModel
from sparsegrow.growth.run_folder import LOCALITY, RunFolder
from sparsegrow.locality.orders import ORDERS, ScipyMissingError, reordered
from sparsegrow.locality.plots import conditions_picture, growth_picture
from sparsegrow.locality.tables import conditions_table, is_profile, kinds_table, tables_of
from sparsegrow.locality.wires import GrownWires

Line = Annotated[int, typer.Option(help="Bytes of a cache line.")]
Plot = Annotated[Path | None, typer.Option(help="Also draw a picture into this file.")]


class Side(str, Enum):
    """From which side edges are gathered."""

    target = "target"
    source = "source"


def profile(
    model: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Folder of a run, or a checkpoint.")
    ] = None,
    embryo: Annotated[
        bool, typer.Option("--embryo", help="The network that growth starts with.")
    ] = False,
    line: Line = locality.LINE_BYTES,
    run: Annotated[int, typer.Option(help="Floats per source: 1, or those of a batch.")] = 1,
    by: Annotated[Side, typer.Option(help="The forward pass gathers by target.")] = Side.target,
    plot: Plot = None,
    json_: Json = False,
) -> None:
    """Show the cache lines that a graph's edges touch, over a run's growth or of one network."""
    if (model is None) != embryo:
        raise ValueError("profile: expected the folder of a run, a checkpoint, or --embryo")
    if plot is not None:
        require_picture(plot)
    records = [] if model is None else recorded(model)
    standard = (line, run, by) == (locality.LINE_BYTES, 1, Side.target)
    net = CharModel() if model is None else opened(model)
    now = profiled(GrownWires.of_net(net.net), line, run, by)
    known = records if standard else []
    print(json.dumps(known or [now]) if json_ else profile_text(known, now), flush=True)
    if plot is not None:
        save(growth_picture(known or [now], net.net, line_bytes=line), plot)


def profile_text(records: list[dict[str, Any]], now: dict[str, Any]) -> str:
    """Return the tables over a run's growth, where there are records, and of one network."""
    parts = [tables_of(records)] if records else []
    return "\n\n".join([*parts, kinds_table(now)])


def recorded(model: Path) -> list[dict[str, Any]]:
    """Return the records of a run folder, none for a checkpoint."""
    folder = RunFolder.open(model) if model.is_dir() else None
    if folder is None or not (folder.path / LOCALITY).is_file():
        return []
    records = folder.records(LOCALITY)
    if not all(map(is_profile, records)):
        raise ValueError(f"{folder.path / LOCALITY}: a record is damaged")
    return records


def profiled(wires: GrownWires, line: int, run: int, by: Side) -> dict[str, Any]:
    """Return the figures of one network."""
    if by is Side.source:
        return wires.profile_by_source(line_bytes=line, run=run)
    return wires.profile(line_bytes=line, run=run)


def synth(
    nodes: Annotated[int, typer.Option(help="How many, in all sub-DAGs together.")] = 4000,
    sub_dags: Annotated[int, typer.Option(help="Sub-DAGs, laid out one after another.")] = 8,
    fan_in: Annotated[int, typer.Option(help="Edges of a new node.")] = 32,
    window: Annotated[int, typer.Option(help="The latest nodes, which are preferred.")] = 80,
    bias: Annotated[float, typer.Option(help="Share of edges from the latest nodes.")] = 0.9,
    seed: Annotated[int, typer.Option(help="All randomness follows from it.")] = 0,
    line: Line = locality.LINE_BYTES,
    orders: Annotated[
        bool, typer.Option("--orders/--no-orders", help="Also reorder, with the time it takes.")
    ] = True,
    plot: Plot = None,
    json_: Json = False,
) -> None:
    """Compare creation order with random wiring, shuffled names, and reordering passes."""
    if plot is not None:
        require_picture(plot)
    graphs = locality.synthetic(
        nodes, sub_dags=sub_dags, fan_in=fan_in, window=window, bias=bias, seed=seed
    )
    records = locality.compare(graphs, line_bytes=line)
    if orders:
        records += with_orders(graphs, line)
    print(json.dumps(records) if json_ else conditions_table(records), flush=True)
    if plot is not None:
        save(conditions_picture(graphs, line), plot)


def with_orders(graphs: dict[str, locality.Wires], line: int) -> list[dict[str, Any]]:
    """Return records of reordered graphs; a line says so where that cannot be done."""
    records: list[dict[str, Any]] = []
    for name in ("shuffled", "random"):
        for order in ORDERS:
            try:
                wires, seconds = reordered(graphs[name], order)
            except ScipyMissingError as missing:
                typer.echo(str(missing), err=True)
                return records
            record = locality.compare({f"{name}, {order}": wires}, line_bytes=line)[0]
            records.append({**record, "seconds": seconds})
    return records
