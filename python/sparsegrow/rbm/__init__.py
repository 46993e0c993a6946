"""Sparse restricted Boltzmann machines."""

from sparsegrow.rbm.machine import RestrictedBoltzmann

__all__ = ["RestrictedBoltzmann"]
