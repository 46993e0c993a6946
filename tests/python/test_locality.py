"""Line profiles against an obvious oracle, synthetic graphs, reordering, the growing network's."""

import doctest
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sparsegrow as sg
from growth_support import small_corpus, small_settings
from sparsegrow import locality
from sparsegrow.base.pictures import new_figure
from sparsegrow.locality import wires
from sparsegrow.locality.orders import ORDERS, reordered
from sparsegrow.locality.plots import draw_series
from sparsegrow.locality.wires import GrownWires, Wires, profile


def wires_of(rows: list[list[int]], places: int) -> Wires:
    begin = np.cumsum([0, *map(len, rows)], dtype=np.int32)
    column = np.array([c for row in rows for c in row], np.int32)
    return Wires(begin, column, places)


def oracle(rows, line_bytes=128, run=1, begin=0, end=10**9):
    """The lines of each group as sets of line numbers, float by float."""
    kept = [[c for c in row if begin <= c < end] for row in rows]
    groups = [row[k : k + 32] for row in kept for k in range(0, len(row), 32)]
    floats = line_bytes // 4
    lines = sum(len({(c * run + f) // floats for c in g for f in range(run)}) for g in groups)
    sizes = [len(row) for row in kept if row]
    edges = sum(sizes)
    return {
        "edges": edges,
        "lines_per_32": lines / len(groups) if groups else 0,
        "utilisation": edges * run * 4 / (lines * line_bytes) if lines else 0,
        "useful_kb": edges * run * 4 / 1024,
        "fetched_kb": lines * line_bytes / 1024,
        "amplification": lines * line_bytes / (edges * run * 4) if edges else 0,
        "max_fan_in": max(sizes, default=0),
        "mean_fan_in": edges / len(sizes) if sizes else 0,
        "simd_worst": max(sizes) * len(sizes) / edges if sizes else 0,
    }


PLACES = 200
ROWS = st.lists(st.lists(st.integers(0, PLACES - 1), unique=True, max_size=90), max_size=8)


@settings(deadline=None, max_examples=200)
@given(
    rows=ROWS,
    line=st.sampled_from([4, 64, 128, 256]),
    run=st.sampled_from([1, 3, 8, 32, 64]),
    cut=st.integers(0, PLACES),
)
def test_profile_agrees_with_the_oracle(rows, line, run, cut) -> None:
    wires = wires_of(rows, PLACES)
    for begin, end in ((0, PLACES), (0, cut), (cut, PLACES)):
        found = profile(wires, line_bytes=line, run=run, begin=begin, end=end)
        counted = Counter(
            n.bit_length() - 1 for n in (sum(begin <= c < end for c in row) for row in rows) if n
        )
        fan_in = found.pop("fan_in")
        assert found == pytest.approx(oracle(rows, line, run, begin, end), rel=1e-12)
        assert fan_in == [counted[k] for k in range(max(counted, default=-1) + 1)]


def test_by_source_has_the_same_edges() -> None:
    wires = wires_of([[0, 5, 9], [], [5, 1]], 10)
    back = wires.by_source()
    assert (back.rows, back.places) == (10, 3)
    assert profile(back)["edges"] == 5
    assert back.by_source().column.tolist() == [0, 5, 9, 1, 5]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"line_bytes": 0}, "line_bytes: got 0"),
        ({"line_bytes": 30}, "line_bytes: got 30"),
        ({"run": 0}, "run: got 0"),
    ],
)
def test_odd_shapes_are_refused(change, message) -> None:
    with pytest.raises(ValueError, match=message):
        profile(wires_of([[0]], 1), **change)


def test_what_is_no_graph_is_refused() -> None:
    with pytest.raises(ValueError, match="column"):
        profile(wires_of([[0, 7]], 5))
    with pytest.raises(TypeError, match=r"int64.*int32"):
        profile(Wires(np.array([0, 1]), np.zeros(1, np.int32), 1))


def test_embryo_is_the_papers_first_row() -> None:
    record = sg.CharModel().locality()
    assert record["edges"] == 19_306
    assert record["lines_per_32"] == 1.0
    assert f"{100 * record['utilisation']:.1f}" == "77.0"
    assert (f"{record['useful_kb']:.0f}", f"{record['fetched_kb']:.0f}") == ("75", "98")
    assert f"{record['amplification']:.1f}" == "1.3"
    assert record["max_fan_in"] == 196
    assert f"{record['simd_worst']:.1f}" == "2.0"
    assert record["simd_worst_level"] == 1.0
    assert [record[kind]["edges"] for kind in ("input", "pattern", "hidden")] == [19_208, 0, 98]


def test_grown_network(tmp_path) -> None:
    model = sg.CharModel()
    run = sg.grow(
        model,
        small_corpus(),
        steps=80,
        out=tmp_path / "run",
        settings=small_settings(),
        progress=False,
    )
    grown = GrownWires.of_net(model.net)
    record = grown.profile()
    assert record["edges"] == model.net.edges > 19_306
    for kind in ("input", "pattern", "hidden"):
        assert record[kind]["edges"] == model.stats()[f"{kind}_edges"]
    back = grown.profile_by_source()
    assert back["edges"] == record["edges"]
    assert sum(back[kind]["edges"] for kind in ("input", "pattern", "hidden")) == back["edges"]
    rows = np.split(grown.wires.column, grown.wires.row_begin[1:-1])
    expected = oracle([row.tolist() for row in rows])
    assert {key: record[key] for key in expected} == pytest.approx(expected, rel=1e-12)
    edges = [r["edges"] for r in run.locality]
    assert edges == sorted(set(edges))
    assert edges[0] == 19_306
    assert edges[-1] == model.net.edges
    assert all(r["mb_per_step"] > 0 and r["gb_per_second"] > 0 for r in run.locality[1:])


def test_synthetic_conditions() -> None:
    graphs = locality.synthetic(800, sub_dags=2, fan_in=20, window=40, seed=3)
    assert tuple(graphs) == locality.CONDITIONS
    assert len({wires.edges for wires in graphs.values()}) == 1
    lines = [record["lines_per_32"] for record in locality.compare(graphs)]
    assert lines == sorted(lines)
    assert lines[0] < lines[-1] / 2


def test_synthetic_without_window_bias_is_random() -> None:
    graphs = locality.synthetic(300, bias=0.0)
    assert np.array_equal(graphs["temporal"].column, graphs["random"].column)


@pytest.mark.parametrize("order", ORDERS)
def test_orders_rename_nodes_and_nothing_else(order) -> None:
    wires = locality.synthetic(700, sub_dags=3, fan_in=10)["shuffled"]
    found, seconds = reordered(wires, order)
    assert seconds > 0
    assert sorted(np.diff(found.row_begin)) == sorted(np.diff(wires.row_begin))
    back = [Counter(np.diff(w.by_source().row_begin).tolist()) for w in (wires, found)]
    assert back[0] == back[1]
    assert profile(found)["lines_per_32"] < profile(wires)["lines_per_32"]


def test_an_order_finds_hidden_parts() -> None:
    """Cliques of 32 whose names are shuffled become lines of their own again."""
    rows = [[32 * (r // 32) + k for k in range(32) if k != r % 32] for r in range(32 * 12)]
    wires = wires_of(rows, len(rows))
    shuffled = wires.relabelled(np.random.default_rng(0).permutation(len(rows)).astype(np.int32))
    assert profile(shuffled)["lines_per_32"] > 10
    assert profile(reordered(shuffled, "rcm")[0])["lines_per_32"] == 1.0


def test_examples() -> None:
    found = doctest.testmod(wires)
    assert (found.failed, found.attempted > 0) == (0, True)


def test_the_room_stands_in_the_face_of_the_package() -> None:
    graphs = sg.locality.synthetic(nodes=400)
    assert tuple(graphs) == sg.locality.CONDITIONS
    assert sg.locality.profile(graphs["temporal"])["edges"] > 0
    assert sg.locality.embryo().edges == 19_306


@pytest.mark.parametrize("last", [45_000, 385_000, 3_000_000, 20_000_000])
def test_numbers_of_edges_in_a_picture_do_not_overlap(last: int) -> None:
    figure, (axes, *_) = new_figure(3, 15)
    records = [{"edges": int(e), "share": 0.5} for e in np.geomspace(19_306, last, 9)]
    draw_series(axes, records, "share", 100)
    figure.canvas.draw()
    low, high = axes.get_xlim()
    ticks = [*axes.xaxis.get_major_ticks(), *axes.xaxis.get_minor_ticks()]
    shown = [t.label1 for t in ticks if low <= t.get_loc() <= high and t.label1.get_text()]
    places = sorted(label.get_window_extent().extents[[0, 2]].tolist() for label in shown)
    assert len(places) >= 2
    assert all(a[1] < b[0] for a, b in pairwise(places))
