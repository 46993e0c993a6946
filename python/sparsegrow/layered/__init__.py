"""Layered sparse networks: `SparseMLP`, how its topology changes, how it trains."""
