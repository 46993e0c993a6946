"""The estimators for scikit-learn on sparse samples, and the one for Boltzmann machines."""

import pickle

import numpy as np
import pytest

from support import assert_same_model, blobs, rng

pytest.importorskip("sklearn")

from scipy import sparse
from sklearn.pipeline import make_pipeline

from sklearn_support import classifier, regressor, sparse_blobs
from sparsegrow.rbm import RestrictedBoltzmann
from sparsegrow.sklearn import SparseRBM
from sparsegrow.sklearn import blocks as in_blocks

# --- sparse samples

FORMATS = [sparse.csr_matrix, sparse.csc_array, sparse.coo_array, sparse.lil_matrix]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("topology", ["static", "rigl"])
def test_sparse_samples_give_the_same_network(form, topology, monkeypatch):
    x, y = sparse_blobs()
    monkeypatch.setattr(in_blocks, "BLOCK_BYTES", 20 * 4 * 40)  # two batches of 16
    dynamics = {"every": 7} if topology == "rigl" else None
    settings = {"topology": topology, "dynamics": dynamics, "dropout": 0.2}
    one = classifier(**settings, early_stopping=True).fit(x, y)
    other = classifier(**settings, early_stopping=True).fit(form(x), y)
    assert_same_model(one.model_, other.model_)
    assert one.validation_scores_ == other.validation_scores_
    assert np.allclose(one.loss_curve_, other.loss_curve_)
    assert (one.predict_proba(x) == other.predict_proba(form(x))).all()


def test_sparse_samples_for_values_and_for_single_epochs():
    x, _ = sparse_blobs()
    y = np.stack([x.sum(axis=1), x[:, 0]], axis=1)
    for call in ("fit", "partial_fit"):
        one, other = regressor(), regressor()
        getattr(one, call)(x, y)
        getattr(other, call)(sparse.csr_array(x), y)
        assert_same_model(one.model_, other.model_)
        assert (one.predict(x) == other.predict(sparse.csr_array(x))).all()


def test_sparse_samples_can_choose_the_start():
    x, y = sparse_blobs()
    settings = {"start": "csti", "dense_last": True, "hidden_layer_sizes": (40, 20)}
    one = classifier(**settings).fit(x, y)
    assert_same_model(one.model_, classifier(**settings).fit(sparse.csr_array(x), y).model_)


def test_no_block_is_larger_than_it_may_be(monkeypatch):
    x, y = sparse_blobs(samples=400)
    sizes = []

    def noted(rows):
        array = rows.toarray(order="C")
        sizes.append(array.nbytes)
        return array

    limit = 20 * 4 * 50
    monkeypatch.setattr(in_blocks, "BLOCK_BYTES", limit)
    monkeypatch.setattr(in_blocks, "dense", noted)
    net = classifier(max_iter=2).fit(sparse.csr_array(x), y)
    net.predict(sparse.csr_array(x))
    assert sum(sizes) == 3 * x.nbytes  # two epochs and the predictions
    assert max(sizes) <= limit
    monkeypatch.setattr(in_blocks, "BLOCK_BYTES", 1)
    sizes.clear()
    net.predict(sparse.csr_array(x))
    assert max(sizes) == 16 * 20 * 4  # at least one batch


# --- Boltzmann machines


def machine(**settings):
    return SparseRBM(12, **{"density": 0.5, "n_iter": 4, "random_state": 0, **settings})


def test_machine_learns_and_turns_samples_into_features():
    x = rng(0).integers(2, size=(300, 4)).repeat(6, axis=1).astype("float32")
    net = machine(n_iter=30, learning_rate=0.5).fit(x)
    assert net.machine_.reconstruction_error(x) < 0.05
    features = net.transform(x)
    assert features.shape == (300, 12)
    assert net.get_feature_names_out().tolist() == [f"sparserbm{k}" for k in range(12)]
    noise = rng(1).integers(2, size=x.shape).astype("float32")
    assert net.score_samples(x).mean() > net.score_samples(noise).mean() + 1
    line = make_pipeline(machine(n_iter=30, learning_rate=0.5), classifier())
    assert line.fit(x, x[:, 0].astype(int)).score(x, x[:, 0].astype(int)) > 0.95


@pytest.mark.parametrize("settings", [{}, {"persistent": True}, {"topology": "static", "k": 2}])
def test_machine_takes_sparse_samples(settings, monkeypatch):
    x, _ = sparse_blobs()
    monkeypatch.setattr(in_blocks, "BLOCK_BYTES", 20 * 4 * 30)
    one, other = machine(**settings).fit(x), machine(**settings).fit(sparse.csr_array(x))
    for ours, theirs in zip(one.machine_.links(), other.machine_.links(), strict=True):
        assert np.array_equal(ours, theirs)
    assert (one.transform(x) == other.transform(sparse.csc_array(x))).all()


def test_machine_scales_by_the_data_of_fit():
    x, _ = blobs()
    net = machine().fit(100 * x)
    assert (net.transform(100 * x) == net.transform(np.clip(100 * x, *span(100 * x)))).all()
    with pytest.raises(ValueError, match="from 0 to 1"):
        machine(rescale=False).fit(x)
    with pytest.raises(ValueError, match="n_iter: got 0"):
        machine(n_iter=0).fit(x)


def span(x):
    return x.min(axis=0), x.max(axis=0)


def test_machine_is_pickled_and_goes_on():
    x, _ = sparse_blobs()
    net = machine().partial_fit(x).partial_fit(x)
    copy = pickle.loads(pickle.dumps(net))
    assert (copy.transform(x) == net.transform(x)).all()
    assert (copy.partial_fit(x).transform(x) == net.partial_fit(x).transform(x)).all()
    assert net.n_iter_ == 3
    unseen = pickle.loads(pickle.dumps(RestrictedBoltzmann(n_hidden=3)))
    assert unseen.config.n_visible is None


def test_a_mistake_of_the_machine_has_its_own_name():
    with pytest.raises(ValueError, match="n_components: got 0"):
        SparseRBM(0).fit(blobs()[0])
