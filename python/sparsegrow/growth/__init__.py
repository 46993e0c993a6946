"""Networks that grow while they train: the model, its controllers, the run and its folder."""
