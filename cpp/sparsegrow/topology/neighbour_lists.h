// A layer made from the neighbours of each node of one side.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "sparsegrow/base/parallel.h"
#include "sparsegrow/base/span.h"
#include "sparsegrow/graph/csr.h"

namespace sparsegrow {

// The layer by target from a pattern whose rows are its sources. Columns come out ascending.
Pattern layer_from_sources(const Pattern& by_source, std::int32_t targets);

// Calls fill(node, neighbours) for each node on all threads; it names degrees[node] different nodes
// of the other side, which has `others`. The nodes are the layer's targets or its sources. The sum
// of degrees is at most kMaxEdges.
template <class Fill>
Pattern layer_by_neighbours(const std::vector<std::int32_t>& degrees, std::int32_t others,
                            bool nodes_are_targets, Fill fill) {
  Pattern lists;
  for (const std::int32_t degree : degrees) {
    lists.row_begin.push_back(lists.row_begin.back() + degree);
  }
  lists.column.resize(static_cast<std::size_t>(lists.row_begin.back()));
  constexpr std::int32_t kNodes = 16;
  parallel_for((lists.rows() + kNodes - 1) / kNodes, [&](std::int64_t chunk) {
    const auto first = static_cast<std::int32_t>(chunk * kNodes);
    for (std::int32_t node = first; node < lists.rows() && node < first + kNodes; ++node) {
      fill(node, Span<std::int32_t>(lists.column.data() + lists.row_begin[node],
                                    static_cast<std::size_t>(degrees[node])));
    }
  });
  return nodes_are_targets ? std::move(lists) : layer_from_sources(lists, others);
}

// Throws invalid_argument unless both sides have at least one node and `links` is 0 to all cells
// and at most kMaxEdges.
void require_links(std::int32_t inputs, std::int32_t outputs, std::int64_t links,
                   const char* where);

}  // namespace sparsegrow
