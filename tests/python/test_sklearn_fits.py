"""The estimators for scikit-learn: what a fit leaves behind, also one that is refused."""

import numpy as np
import pytest

from support import blobs

pytest.importorskip("sklearn")

from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from sklearn_support import classifier, regressor, sparse_blobs, values
from sparsegrow.sklearn import SparseMLPClassifier, SparseRBM
from sparsegrow.sklearn import blocks as in_blocks


def machine(**settings):
    return SparseRBM(12, **{"density": 0.5, "n_iter": 3, "random_state": 0, **settings})


def as_before(net, before):
    return vars(net).keys() == before.keys() and all(
        value is before[name] for name, value in vars(net).items() if name.endswith("_")
    )


# --- refused


@pytest.mark.parametrize("call", ["fit", "partial_fit"])
def test_a_refused_fit_leaves_the_labels(call):
    x, y = blobs()
    net = classifier().fit(x, np.array(["a", "b", "c"])[y])
    guess, before = net.predict(x), dict(vars(net))
    wider, others = np.hstack([x, x]), np.array(["p", "q", "r"])[y]
    with pytest.raises(ValueError, match=r"density: got 2|features|labels"):
        getattr(net.set_params(density=2), call)(wider, others)
    net.set_params(density=before["density"])
    assert as_before(net, before)
    assert (net.predict(x) == guess).all()


def test_a_refused_fit_leaves_the_number_of_values():
    x, y = values(1)
    net = regressor().fit(x, y)
    guess, before = net.predict(x), dict(vars(net))
    with pytest.raises(ValueError, match="density: got 2"):
        net.set_params(density=2).fit(x[:, :2], values(3)[1])
    net.set_params(density=before["density"])
    assert as_before(net, before)
    assert (net.predict(x) == guess).all()


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_a_refused_fit_leaves_the_machine(form):
    x, _ = sparse_blobs()
    net = machine().fit(x)
    features, before = net.transform(x), dict(vars(net))
    with pytest.raises(ValueError, match="density: got 2"):
        net.set_params(density=2).fit(form(3 * x[:, :5]))
    with pytest.raises(ValueError, match="from 0 to 1"):
        net.set_params(density=0.5, rescale=False).fit(form(3 * x))
    net.set_params(rescale=True)
    assert as_before(net, before)
    assert (net.transform(x) == features).all()


def test_a_first_fit_that_is_refused_leaves_no_traces():
    x, y = blobs()
    net = classifier(density=2)
    with pytest.raises(ValueError, match="density: got 2"):
        net.fit(x, y)
    assert not [name for name in vars(net) if name.endswith("_")]


@pytest.mark.filterwarnings("error::sklearn.exceptions.ConvergenceWarning")
def test_a_warning_that_is_raised_costs_no_training():
    x, y = blobs()
    net = classifier(schedule="constant", max_iter=2)
    with pytest.raises(ConvergenceWarning):
        net.fit(x, y)
    assert net.n_iter_ == 2


@pytest.mark.parametrize("name", ["early_stopping", "warm_start", "dense_last"])
def test_a_word_is_no_switch(name):
    x, y = blobs()
    with pytest.raises(ValueError, match=f"{name}: got 'no', expected True or False"):
        classifier(**{name: "no"}).fit(x, y)
    assert classifier(**{name: np.bool_(False)}).fit(x, y).score(x, y) > 0.8


@pytest.mark.parametrize("name", ["rescale", "persistent", "mean_field_last"])
def test_a_word_is_no_switch_of_the_machine(name):
    x, _ = sparse_blobs()
    with pytest.raises(ValueError, match=f"{name}: got 'no', expected True or False"):
        machine(**{name: "no"}).fit(x)
    assert machine(**{name: np.bool_(True)}).fit(x).n_iter_ == 3


# --- going on


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_a_warm_start_holds_out_the_same_samples(form, monkeypatch):
    x, y = blobs()
    held = []
    split = SparseMLPClassifier._split

    def noted(self, *given):
        found = split(self, *given)
        held.append(found[2][0])
        return found

    monkeypatch.setattr(SparseMLPClassifier, "_split", noted)
    settings = {"early_stopping": True, "warm_start": True, "schedule": "constant", "max_iter": 3}
    classifier(**settings).fit(form(x), y).fit(form(x), y)
    one, other = (rows if form is np.asarray else rows.toarray() for rows in held)
    assert np.array_equal(one, other)


@pytest.mark.parametrize("settings", [{}, {"persistent": True}, {"topology": "static"}])
def test_the_machine_goes_on_alike_after_sparse_samples(settings, monkeypatch):
    x, _ = sparse_blobs()
    monkeypatch.setattr(in_blocks, "BLOCK_BYTES", 20 * 4 * 30)
    one, other = (machine(rescale=False, **settings) for _ in range(2))
    x = (x - x.min()) / np.ptp(x)
    machines = one.fit(x).machine_, other.fit(sparse.csr_array(x)).machine_
    for fitted in machines:
        fitted.fit(x, 2, progress=False)
    for ours, theirs in zip(machines[0].links(), machines[1].links(), strict=True):
        assert np.array_equal(ours, theirs)
    ours, theirs = ([(r.epoch, r.loss) for r in fitted.history] for fitted in machines)
    assert [epoch for epoch, _ in theirs] == [1, 2, 3, 4, 5]
    assert np.allclose(ours, theirs, rtol=1e-6)


def test_the_machine_shows_progress_with_sparse_samples_too(capsys):
    x, _ = sparse_blobs()
    machine(verbose=True).fit(sparse.csr_array(x))
    assert "epoch 3/3" in capsys.readouterr().err


@pytest.mark.parametrize("batch_size", [1, 10, 65])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_features_do_not_hang_on_the_other_samples(batch_size, dtype):
    x = np.random.default_rng(0).random((131, 33)).astype(dtype)  # 2 x 64 or 65 and a few
    net = SparseRBM(70, density=0.8, n_iter=2, batch_size=batch_size, dtype=dtype, random_state=0)
    features, scores = net.fit(x).transform(x), net.score_samples(x)
    for size in (1, 11, 64, 65, 66):
        parts = [x[begin : begin + size] for begin in range(0, 131, size)]
        assert (np.concatenate([net.transform(part) for part in parts]) == features).all()
        assert (np.concatenate([net.score_samples(part) for part in parts]) == scores).all()
    assert (net.transform(sparse.csr_array(x)) == features).all()
