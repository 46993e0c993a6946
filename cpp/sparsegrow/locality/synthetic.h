// Graphs that grow as ours do, to see what creation order alone gives: sub-DAGs grown one by one
// and laid out one after another, each new node wired mostly to the latest ones.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/graph/csr.h"

namespace sparsegrow {

struct SyntheticGraph {
  std::int32_t nodes = 4000;
  std::int32_t sub_dags = 8;  // of equal size, the first ones larger by one where it is uneven
  std::int32_t fan_in = 32;   // edges of a new node, fewer while its sub-DAG has not as many nodes
  std::int32_t window = 80;   // the latest nodes of the sub-DAG
  double bias = 0.9;          // share of a node's edges that are drawn from the window
  std::uint64_t seed = 0;
};

// Row = node, columns rising. Each edge leads from an older node of the same sub-DAG; round(bias *
// fan_in) of them are drawn uniformly from the window and the rest uniformly from what is older
// still; what one side cannot give, the other gives. Bias 0 draws all from all older nodes alike.
// Throws invalid_argument for sizes below one, more sub-DAGs than nodes and a bias outside 0..1.
// Cost O(edges fan_in), on all threads.
Pattern synthetic(const SyntheticGraph& graph);

// The same graph with node i renamed to place[i], rows and columns both; columns rise again.
// Throws invalid_argument unless the pattern is square and `place` a permutation of its rows. Cost
// O(edges log fan_in).
Pattern relabelled(const Pattern& pattern, const std::vector<std::int32_t>& place);

// A uniformly random permutation of 0..count - 1.
std::vector<std::int32_t> random_order(std::int32_t count, std::uint64_t seed);

}  // namespace sparsegrow
