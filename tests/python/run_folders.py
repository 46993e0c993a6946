"""Run folders and networks made by hand, for tests of what reads them."""

import json
from dataclasses import dataclass

import numpy as np

from sparsegrow.reporting.net import facts_of

VOCABULARY = 98
FATES = (("rejected", 0.6), ("kept", 0.3), ("rolled back", 0.1))
KINDS = ("widen", "deepen", "expand_context", "activate_memory", "specialise", "prune")


@dataclass
class HandMadeNet:
    """Gives out what the report asks a `CharNet` for."""

    parts: dict

    def sub_dags(self):
        return self.parts["sub_dags"]

    def neurons(self):
        return self.parts["neurons"]

    def hidden_graph(self):
        return self.parts["row_begin"], self.parts["column"]

    def gates(self):
        return self.parts["strength"]

    def arrays(self):
        return {"tree.output": self.parts["patterns"]}


def hand_made_net(layers, seed=0, density=0.4, memory=0.15):
    """A net whose sub-DAG k has `layers[k]` neurons in its layers; the rest are the embryo."""
    rng = np.random.default_rng(seed)
    widths = [layers.get(token, [1]) for token in range(VOCABULARY)]
    sub_dag = np.repeat(np.arange(VOCABULARY), [sum(w) for w in widths]).astype(np.int32)
    layer = np.concatenate([np.repeat(np.arange(1, len(w) + 1), w) for w in widths])
    context = np.array([2 + 4 * len(w) - 4 + sum(w) // 10 for w in widths], np.int32)
    rows = [sources(rng, sub_dag, layer, i, density) for i in range(len(layer))]
    rows += [output_sources(rng, sub_dag, layer, token) for token in range(VOCABULARY)]
    inner = np.array([len(row) for row in rows])
    column = np.concatenate(rows).astype(np.int32)
    reads = (layer == 1) | (rng.random(len(layer)) < 0.1)
    neurons = {
        "node": rng.permutation(len(layer)).astype(np.int32),
        "sub_dag": sub_dag,
        "layer": layer.astype(np.int32),
        "memory": (rng.random(len(layer)) < memory).astype(np.int32),
        "fan_in": (inner[: len(layer)] + reads * 98 * context[sub_dag]).astype(np.int32),
        "fan_out": np.bincount(column, minlength=len(layer)).astype(np.int32),
        "signal": rng.random(len(layer)).astype(np.float32),
    }

    def per_character(weights):
        return np.bincount(sub_dag, weights, VOCABULARY).astype(np.int32)

    sub_dags = {
        "context": context,
        "hidden": per_character(None),
        "input_neurons": per_character(reads),
        "depth": np.array([len(w) for w in widths], np.int32),
        "memory": per_character(neurons["memory"]),
        "edges": per_character(neurons["fan_in"]) + inner[len(layer) :].astype(np.int32),
    }
    strength = (rng.standard_normal(len(column)) * rng.random(len(column)) ** 2).astype(np.float32)
    row_begin = np.concatenate([[0], np.cumsum(inner)]).astype(np.int32)
    return HandMadeNet(
        {
            "sub_dags": sub_dags,
            "neurons": neurons,
            "row_begin": row_begin,
            "column": column,
            "strength": strength,
            "patterns": rng.integers(0, VOCABULARY, 40 * len(layers)).astype(np.int32),
        }
    )


def sources(rng, sub_dag, layer, row, density):
    below = np.flatnonzero((sub_dag == sub_dag[row]) & (layer < layer[row]))
    return below[rng.random(len(below)) < density]


def output_sources(rng, sub_dag, layer, token):
    own = np.flatnonzero(sub_dag == token)
    top = layer[own] == layer[own].max()
    return own[top | (rng.random(len(own)) < 0.3)]


def embryo_facts():
    return facts_of(hand_made_net({}, memory=0.0))


def grown_facts(seed=0):
    """Sub-DAGs of all sizes; that of 'e' has five layers."""
    rng = np.random.default_rng(seed)
    layers = {t: rng.integers(1, 12, rng.integers(1, 6)).tolist() for t in range(VOCABULARY)}
    layers[69] = [12, 14, 9, 7, 5]
    return facts_of(hand_made_net(layers, seed))


def evaluations(minutes=20.0, count=200, seed=0):
    """Lines of `metrics.jsonl` of a run that goes well."""
    rng = np.random.default_rng(seed)
    seconds = np.concatenate([[0.0], np.geomspace(0.3, 60 * minutes, count - 1)])
    return [evaluation(t, rng) for t in seconds]


def evaluation(t, rng):
    s = np.log1p(t) / np.log1p(1200)
    hidden_edges, pattern = int(98 * 60**s), int(1.2e6 * s**3)
    input_edges = int(19208 * 50**s)
    edges = input_edges + hidden_edges + pattern
    bits = 1.72 + 4.9 * np.exp(-4 * s) + 0.02 * rng.random()
    return {
        "seconds": float(t),
        "step": int(10 * t),
        "chars": int(300_000 * t),
        "train_bpc": None if t == 0 else float(bits - 0.08 + 0.1 * rng.random()),
        "val_bpc": float(bits),
        "edges": edges,
        "params": 2 * edges + 196,
        "hidden": int(98 * 25**s),
        "max_depth": 1 + int(4.2 * s),
        "max_context": 2 + int(20 * s),
        "memory_neurons": int(120 * s**2),
        "bytes": 48 * edges,
        "patterns": pattern // 8,
        "pattern_edges": pattern,
        "input_edges": input_edges,
        "hidden_edges": hidden_edges,
        "chars_per_second": float(900_000 / (1 + 3 * s) * (1 + 0.05 * rng.random())),
        "rate": 1.0,
        "accepted": int(900 * s),
        "rejected": int(2100 * s),
        "rolled_back": int(60 * s),
        "seconds_training": 0.93 * float(t),
        "seconds_mutations": 0.012 * float(t),
        "seconds_trials": 0.02 * float(t),
        "seconds_evaluation": 0.03 * float(t),
    }


def proposals(count=3000, minutes=20.0, seed=0):
    """Lines of `growth.jsonl`."""
    rng = np.random.default_rng(seed)
    seconds = np.sort(60 * minutes * rng.random(count) ** 2.2)
    kinds = rng.choice(KINDS, count, p=(0.35, 0.1, 0.2, 0.1, 0.2, 0.05))
    fates = rng.choice([f for f, _ in FATES], count, p=[p for _, p in FATES])
    return [proposal(*each, rng) for each in zip(seconds, kinds, fates, strict=True)]


def proposal(seconds, kind, fate, rng):
    accepted, sign = fate != "rejected", -1 if kind == "prune" else 1
    return {
        "seconds": float(seconds),
        "step": int(10 * seconds),
        "round": int(seconds // 3),
        "kind": str(kind),
        "sub_dag": int(rng.integers(-1, VOCABULARY)),
        "layer": 1,
        "count": 2,
        "probability": float(rng.random()),
        "accepted": accepted,
        "reward": float(rng.normal(0.1, 0.3)) if accepted else None,
        "rolled_back": fate == "rolled back",
        "edges_added": sign * int(rng.integers(20, 400)) if accepted else 0,
    }


def write_run(folder, metrics=None, growth=None, config=None):
    """Write a run folder without a model."""
    folder.mkdir(parents=True, exist_ok=True)
    write_lines(folder / "metrics.jsonl", evaluations() if metrics is None else metrics)
    write_lines(folder / "growth.jsonl", proposals() if growth is None else growth)
    settings = {"corpus": "demo", "seed": 0, "minutes": 20} if config is None else config
    (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def write_lines(path, records):
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
