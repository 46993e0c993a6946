"""Cache-line profiles of graphs, and the orders that a reordering pass would give them."""
