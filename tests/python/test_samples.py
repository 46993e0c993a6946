"""Data at the door of a model: refused with the remedy, or taken as it is."""

import numpy as np
import pytest

from support import assert_same_model, blobs, small_model

X, Y = blobs(samples=40)


def with_value(value, dtype="float32"):
    x = X.astype(dtype)
    x[7, 2] = value
    return x


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (X.tolist(), TypeError, r"x: got list.*numpy.asarray\(x, dtype='float32'\)"),
        (X.astype(np.float16), TypeError, r"x: got dtype float16.*x.astype\('float32'\)"),
        ((X * 9).astype(np.uint8), TypeError, "x: got dtype uint8"),
        ((X * 9).astype(np.int64), TypeError, "x: got dtype int64"),
        (X.astype(object), TypeError, "x: got dtype object"),
        (X.astype(">f4"), TypeError, "x: got dtype >f4"),
        (X.T, ValueError, "x: got 40 features, expected 8"),
        (np.asfortranarray(X), ValueError, r"x: .*numpy.ascontiguousarray\(x\)"),
        (X[:, :5], ValueError, "x: got 5 features, expected 8"),
        (X[0], ValueError, r"x: got shape \(8,\).*x.reshape"),
        (X.reshape(40, 2, 4), ValueError, r"x: got shape \(40, 2, 4\).*reshape\(len\(x\), -1\)"),
        (X[:0], ValueError, "x: got no samples"),
        (with_value(np.nan), ValueError, r"x: got nan at x\[7\]\[2\], expected finite"),
        (with_value(-np.inf), ValueError, r"x: got -inf at x\[7\]\[2\]"),
        (with_value(1e300, "float64"), ValueError, r"x: got 1e\+300 at x\[7\]\[2\].*float32"),
    ],
)
def test_wrong_samples(x, error, message):
    model = small_model()
    with pytest.raises(error, match=message):
        model.fit(x, Y[: len(x)], progress=False)
    assert_same_model(model, small_model())
    if "no samples" not in message:
        with pytest.raises(error, match=message):
            model.predict(x)


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        (Y + 1, ValueError, r"y: got 3 at y\[\d+\], expected whole numbers 0 to 2"),
        (Y - 1, ValueError, r"y: got -1 at y\[\d+\]"),
        (Y + 0.5, ValueError, r"y: got 0.5 at"),
        (np.where(Y > 0, Y, np.nan), ValueError, "y: got nan at"),
        (Y[:, None], ValueError, r"y: got shape \(40, 1\).*ravel"),
        (np.eye(3)[Y], ValueError, r"y: got shape \(40, 3\).*argmax"),
        (Y[:39], ValueError, "y: got 39 targets for 40 samples"),
        (np.array(["a"] * 40), TypeError, "y: got dtype <U1.*numpy.unique"),
        (np.array([None] * 40), TypeError, "y: got dtype object"),
    ],
)
def test_wrong_labels(y, error, message):
    with pytest.raises(error, match=message):
        small_model().fit(X, y, progress=False)


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int32, np.uint64, np.float32, list])
def test_labels_of_any_kind_give_the_same_model(kind):
    y = Y.tolist() if kind is list else Y.astype(kind)
    expected = small_model().fit(X, Y, 1, progress=False)
    assert_same_model(small_model().fit(X, y, 1, progress=False), expected)


def test_samples_are_taken_as_they_are():
    """Single and double precision samples that mean the same give the same bits."""
    wide = X.astype("float64")
    wide.flags.writeable = False
    model = small_model().fit(X, Y, 1, progress=False)
    assert_same_model(model, small_model().fit(wide, Y, 1, progress=False))


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        (Y, TypeError, "y: got dtype int64"),
        (np.zeros((40, 3), np.float32), ValueError, "y: got 3 values per sample, expected 2"),
        (np.zeros(40, np.float32), ValueError, r"y: got shape \(40,\)"),
        (np.full((40, 2), np.nan, np.float32), ValueError, "y: got nan"),
        (np.zeros((39, 2), np.float32), ValueError, "y: got 39 targets for 40"),
    ],
)
def test_wrong_values(y, error, message):
    with pytest.raises(error, match=message):
        small_model(layers=[8, 5, 2], loss="mse").fit(X, y, progress=False)


def test_one_output_takes_and_gives_one_dimension():
    y = X[:, 0].copy()
    model = small_model(layers=[8, 16, 1], loss="mse").fit(X, y, 2, progress=False)
    other = small_model(layers=[8, 16, 1], loss="mse").fit(X, y[:, None], 2, progress=False)
    assert_same_model(model, other)
    assert model.predict(X).shape == (40,)
    assert model.forward(X).shape == (40, 1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "epochs: got 0"),
        ({"epochs": 1.5}, "epochs: got 1.5, expected an integer"),
        ({"validation": 1.0}, "validation: got 1"),
        ({"validation": "x"}, "validation: got 'x'"),
        ({"validation": 0.001}, "leaves none"),
        ({"validation": (X[:, :3], Y)}, "validation x: got 3 features"),
        ({"validation": (X, Y[:3])}, "validation y: got 3 targets"),
        ({"patience": 3}, "patience: needs validation"),
        ({"patience": 0, "validation": 0.5}, "patience: got 0"),
    ],
)
def test_wrong_options_of_fit(settings, message):
    with pytest.raises(ValueError, match=message):
        small_model().fit(X, Y, progress=False, **settings)


def test_a_warm_up_must_end():
    model = small_model(warmup_epochs=3)
    with pytest.raises(ValueError, match="epochs: got 3, expected more than the 3 of the warm-up"):
        model.fit(X, Y, 3, progress=False)


def test_predictions_belong_together():
    model = small_model().fit(X, Y, 3, progress=False)
    logits, chances, labels = model.forward(X), model.predict_proba(X), model.predict(X)
    assert logits.shape == chances.shape == (40, 3)
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-6)
    assert np.array_equal(labels, logits.argmax(axis=1))
    assert model.score(X, Y) == (labels == Y).mean()
    figures = model.evaluate(X, Y)
    assert figures["accuracy"] == model.score(X, Y)
    assert abs(figures["loss"] + np.log(chances[np.arange(40), Y]).mean()) < 1e-5
    assert model.predict(X[:0]).shape == (0,)


def test_values_have_no_classes():
    model = small_model(layers=[8, 4, 1], loss="mse")
    with pytest.raises(ValueError, match="no classes"):
        model.predict_proba(X)
    assert set(model.evaluate(X, X[:, 0].copy())) == {"loss"}
