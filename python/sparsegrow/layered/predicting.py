"""What a trained layered model is used for: outputs, labels, figures."""

from __future__ import annotations

from typing import Any

import numpy as np

from sparsegrow.layered.engine import Array
from sparsegrow.layered.samples import check_data, check_samples
from sparsegrow.layered.structure import LayeredModel


class PredictingModel(LayeredModel):
    """What `SparseMLP` makes of samples."""

    def forward(self, x: Array) -> Array:
        """Return the outputs [samples][outputs]; before the softmax, for cross-entropy."""
        return self._engine.predict(check_samples(x, self.config.layers[0], self.config.dtype))

    def predict(self, x: Array) -> Array:
        """Return a label per sample, or values [samples][outputs], [samples] for one output."""
        outputs = self.forward(x)
        if self.config.classifies:
            labels: Array = outputs.argmax(axis=1)
            return labels
        return outputs[:, 0] if outputs.shape[1] == 1 else outputs

    def predict_proba(self, x: Array) -> Array:
        """Return the probability of each class [samples][classes]."""
        if not self.config.classifies:
            raise ValueError("predict_proba: a network with loss='mse' has no classes")
        logits = self.forward(x)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities: Array = powers / powers.sum(axis=1, keepdims=True)
        return probabilities

    def evaluate(self, x: Array, y: Any) -> dict[str, float]:
        """Return the mean loss, and the accuracy for cross-entropy."""
        data = check_data(self.config, x, y)
        loss, accuracy = self._engine.evaluate(data.x, data.y, data.chosen)
        return {"loss": loss, "accuracy": accuracy} if self.config.classifies else {"loss": loss}

    def score(self, x: Array, y: Any) -> float:
        """Return the accuracy, or the coefficient of determination for "mse".

        That is the mean over the outputs. One whose targets are all alike counts 1 if it is met
        to the bit, else 0, as in scikit-learn.
        """
        data = check_data(self.config, x, y)
        if self.config.classifies:
            return self._engine.evaluate(data.x, data.y, data.chosen)[1]
        values = data.y.astype(np.float64)
        rest = ((values - self.forward(x)) ** 2).sum(axis=0)
        spread = ((values - values.mean(axis=0)) ** 2).sum(axis=0)
        missed = np.where(rest > 0, 1.0, 0.0)  # where there is no spread to explain
        return float(np.mean(1.0 - np.divide(rest, spread, out=missed, where=spread > 0)))
