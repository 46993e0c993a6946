"""How trained networks bear disturbed weights: pruning, shuffling, noise."""
