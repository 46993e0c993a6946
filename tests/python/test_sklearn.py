"""The estimators for scikit-learn."""

import doctest
import pickle
import re
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import sparsegrow as sg
from support import arrays_of, assert_same_model, blobs, python

pytest.importorskip("sklearn")

from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import has_fit_parameter

from sklearn_support import classifier, regressor, values
from sparsegrow.sklearn import SparseMLPClassifier, SparseMLPRegressor, SparseRBM

ROOT = Path(__file__).resolve().parents[2]
PASSING = [
    SparseMLPClassifier(),
    SparseMLPClassifier((30, 20), topology="set", density=0.5, schedule="cosine"),
    SparseMLPRegressor(),
    SparseMLPRegressor((50, 50), dtype="float64", max_iter=20, topology="dense"),
    SparseRBM(20, n_iter=3),
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(PASSING)
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


# --- dense samples


def test_labels_of_any_kind():
    x, y = blobs()
    named = np.array(["ant", "bee", "cow"])[y]
    net = classifier().fit(x, named)
    assert net.classes_.tolist() == ["ant", "bee", "cow"]
    assert net.score(x, named) > 0.9
    chances = net.predict_proba(x)
    assert (net.classes_[chances.argmax(axis=1)] == net.predict(x)).all()
    assert np.allclose(np.log(chances), net.predict_log_proba(x))
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-12)


def test_one_class():
    x, _ = blobs()
    assert set(classifier().fit(x, ["all"] * len(x)).predict(x)) == {"all"}


@pytest.mark.parametrize("outputs", [1, 3])
def test_values_keep_their_shape(outputs):
    x, y = values(outputs)
    net = regressor(max_iter=60).fit(x, y)
    assert net.predict(x).shape == y.shape
    assert net.score(x, y) > 0.7
    with pytest.raises(ValueError, match="values per sample"):
        net.set_params(warm_start=True).fit(x, np.zeros((len(x), 2)))


def test_a_column_of_values_is_taken_with_a_warning():
    x, y = values()
    with pytest.warns(DataConversionWarning):
        net = regressor().fit(x, y[:, None])
    assert net.predict(x).shape == y.shape


def test_in_pipelines_searches_and_cross_validation():
    x, y = blobs(samples=150)
    line = make_pipeline(StandardScaler(), classifier())
    assert cross_val_score(line, x, y, cv=3).min() > 0.8
    search = GridSearchCV(line, {"sparsemlpclassifier__density": [0.2, 0.5]}, cv=2).fit(x, y)
    assert search.best_estimator_[-1].model_.density == pytest.approx(
        search.best_params_["sparsemlpclassifier__density"], abs=0.01
    )


@pytest.mark.parametrize("make", [classifier, regressor])
def test_cloned_pickled_and_repeated(make):
    x, y = blobs()
    net = make(topology="set").fit(x, y)
    again = clone(net)
    assert not hasattr(again, "model_")
    assert_same_model(again.fit(x, y).model_, net.model_)
    copy = pickle.loads(pickle.dumps(net))
    assert (copy.predict(x) == net.predict(x)).all()
    sg.set_num_threads(2)
    assert_same_model(clone(net).fit(x, y).model_, net.model_)


def test_a_prediction_does_not_hang_on_the_other_samples():
    x, y = values(3, samples=65)  # 4 batches and a sample
    net = regressor().fit(x, y)
    whole = net.predict(x)
    for size in (1, 2, 16, 17, 33):
        parts = [net.predict(x[begin : begin + size]) for begin in range(0, 65, size)]
        assert (np.concatenate(parts) == whole).all()


def test_names_of_features():
    frames = pytest.importorskip("pandas")
    x, y = blobs()
    table = frames.DataFrame(x, columns=[f"f{k}" for k in range(8)])
    net = classifier().fit(table, y)
    assert net.feature_names_in_.tolist() == list(table.columns)
    with pytest.raises(ValueError, match="feature names"):
        net.predict(table[table.columns[::-1]])


@pytest.mark.parametrize("topology", ["set", "rigl", "ch3l3", "static", "dense"])
def test_topologies(topology):
    x, y = blobs()
    density = None if topology == "dense" else 0.4
    net = classifier(topology=topology, density=density).fit(x, y)
    first = classifier(topology=topology, density=density, max_iter=1).fit(x, y)
    assert net.score(x, y) > 0.6
    assert net.model_.nnz == first.model_.nnz
    moved = any(
        not np.array_equal(a, b)
        for k in range(3)
        for a, b in zip(net.model_.edges(k)[:2], first.model_.edges(k)[:2], strict=True)
    )
    assert moved == (topology not in ("static", "dense"))


# --- when training ends


def test_ends_when_the_loss_falls_no_more():
    x, y = blobs()
    net = classifier(schedule="constant", max_iter=400, tol=0.05, n_iter_no_change=3).fit(x, y)
    assert 4 < net.n_iter_ < 100
    assert len(net.loss_curve_) == net.n_iter_
    assert net.loss_ == net.loss_curve_[-1]
    assert net.best_loss_ == min(net.loss_curve_)
    curve = net.loss_curve_
    worse = [curve[k] > min(curve[:k]) - 0.05 for k in range(1, net.n_iter_)]
    assert worse[-5:] == [False, True, True, True, True]
    assert net.validation_scores_ is None


def test_settings_may_be_those_of_numpy(tmp_path):
    x, y = blobs()
    two = np.int64(2)
    settings = {"schedule": "constant", "alpha": np.float32(0.01), "warmup_epochs": np.int64(1)}
    net = classifier(max_iter=np.int64(400), tol=0.05, n_iter_no_change=two, **settings)
    for samples in (x, sparse.csr_array(x)):
        model = net.fit(samples, y).model_
        assert net.n_iter_ < 100
        model.save(tmp_path / "m.safetensors")
        assert_same_model(sg.load(tmp_path / "m.safetensors"), model)
    machine = SparseRBM(np.int64(5), n_iter=two).fit(x).machine_
    machine.save(tmp_path / "rbm.safetensors")
    assert len(sg.load(tmp_path / "rbm.safetensors").history) == 2


def test_says_so_if_it_has_not_converged():
    x, y = blobs()
    with pytest.warns(ConvergenceWarning, match="after 2 epochs"):
        classifier(schedule="constant", max_iter=2).fit(x, y)


@pytest.mark.parametrize(
    ("make", "data"), [(classifier, blobs()), (regressor, values()), (regressor, values(3))]
)
@pytest.mark.parametrize("topology", ["static", "random"])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_early_stopping_keeps_the_best(make, data, topology):
    x, y = data
    settings = {"early_stopping": True, "n_iter_no_change": 4, "schedule": "constant"}
    net = make(**settings, topology=topology, max_iter=300, tol=0.01).fit(x, y)
    scores = net.validation_scores_
    assert len(scores) == net.n_iter_ < 300
    assert net.best_validation_score_ == max(scores)
    assert net.best_loss_ is None
    best = scores.index(max(scores)) + 1
    shorter = make(**settings, topology=topology, max_iter=best, tol=0.01).fit(x, y)
    theirs, ours = arrays_of(shorter.model_), arrays_of(net.model_)
    assert all(np.array_equal(theirs[name], array) for name, array in ours.items())


def test_early_stopping_on_values_that_are_all_alike():
    x, _ = values()
    net = regressor(early_stopping=True, schedule="constant").fit(x, np.full(len(x), 3.0))
    assert set(net.validation_scores_) == {0.0}


def test_warm_start_goes_on():
    x, y = blobs()
    net = classifier(warm_start=True).fit(x, y)
    steps, model = net.model_._engine.network.steps, net.model_
    net.fit(x, y)
    assert net.model_ is model
    assert net.model_._engine.network.steps == 2 * steps
    with pytest.raises(ValueError, match="classes"):
        net.fit(x, np.minimum(y, 1))
    assert classifier(warm_start=False).fit(x, y).fit(x, y).model_._engine.network.steps == steps


def test_partial_fit():
    x, y = blobs()
    net = classifier()
    with pytest.raises(ValueError, match="classes must be passed"):
        net.partial_fit(x, y)
    for _ in range(15):
        for part in (slice(0, 100), slice(100, None)):
            net.partial_fit(x[part], y[part], classes=[0, 1, 2])
    assert net.n_iter_ == len(net.loss_curve_) == 30
    assert net.score(x, y) > 0.9
    with pytest.raises(ValueError, match="expected some of"):
        net.partial_fit(x, y + 1)
    with pytest.raises(ValueError, match="as before"):
        net.partial_fit(x, y, classes=[0, 1])
    with pytest.raises(ValueError, match="early_stopping"):
        classifier(early_stopping=True).partial_fit(x, y, classes=[0, 1, 2])
    values_x, values_y = values(3)
    assert regressor().partial_fit(values_x, values_y).predict(values_x).shape == values_y.shape


def test_verbose(capsys):
    x, y = blobs()
    classifier(max_iter=2).fit(x, y)
    assert capsys.readouterr().err == ""
    classifier(max_iter=2, verbose=True).fit(x, y)
    classifier(max_iter=2, verbose=True).fit(sparse.csr_array(x), y)
    assert capsys.readouterr().err.count("epoch 2/2") == 2


def test_samples_have_no_weights():
    x, y = blobs()
    for net in (classifier(), regressor()):
        assert not has_fit_parameter(net, "sample_weight")
        with pytest.raises(TypeError, match="sample_weight"):
            net.fit(x, y, sample_weight=np.ones(len(x)))


MISTAKES = [
    ({"topology": "ring"}, "topology: got 'ring', expected one of 'static'"),
    ({"dtype": "float16"}, "dtype: got 'float16'"),
    ({"max_iter": 0}, "max_iter: got 0"),
    ({"tol": -1.0}, "tol: got -1"),
    ({"n_iter_no_change": 0}, "n_iter_no_change: got 0"),
    ({"batch_size": "many"}, "batch_size: got 'many'"),
    ({"hidden_layer_sizes": (10, 0)}, r"hidden_layer_sizes\[1\]: got 0"),
    ({"hidden_layer_sizes": 0}, r"hidden_layer_sizes\[0\]: got 0"),
    ({"alpha": -1.0}, "alpha: got -1"),
]


@pytest.mark.parametrize(("settings", "message"), MISTAKES)
def test_mistakes(settings, message):
    x, y = blobs()
    with pytest.raises(ValueError, match=message):
        classifier(**settings).fit(x, y)


def test_not_fitted():
    with pytest.raises(NotFittedError):
        classifier().predict(blobs()[0])


# --- documentation


def test_the_examples_of_the_page():
    text = (ROOT / "docs" / "sklearn.md").read_text(encoding="utf-8")
    found = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert len(found) == 2
    for code in found:
        exec(compile(code, "docs/sklearn.md", "exec"), {})


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("module", ["classifier", "regressor", "rbm"])
def test_the_examples_of_the_docstrings(module):
    outcome = doctest.testmod(import_module(f"sparsegrow.sklearn.{module}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_says_what_is_missing():
    hidden = "import sys; sys.modules['sklearn'] = None; import sparsegrow.sklearn"
    result = python(hidden)
    assert "pip install 'sparsegrow[sklearn]'" in result.stderr
