#include "sparsegrow/topology/small_world.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "sparsegrow/base/check.h"
#include "sparsegrow/topology/degrees.h"
#include "sparsegrow/topology/neighbour_lists.h"

namespace sparsegrow {
namespace {

using Neighbours = Span<std::int32_t>;

// Consecutive places on the ring around the place that corresponds to `node`.
void wire_ring(std::int32_t node, std::int32_t nodes, std::int32_t ring, Neighbours neighbours) {
  const double centre = static_cast<double>(node) * ring / nodes;
  const auto start = static_cast<std::int64_t>(centre - static_cast<double>(neighbours.size()) / 2);
  for (std::size_t i = 0; i < neighbours.size(); ++i) {
    const std::int64_t place = start + static_cast<std::int64_t>(i);
    neighbours[i] = static_cast<std::int32_t>((place % ring + ring) % ring);
  }
}

// Takes out the links that move: they come to stand from the returned index on.
std::size_t lift_movers(Neighbours neighbours, double beta, Rng& rng) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < neighbours.size(); ++i) {
    if (rng.uniform() >= beta) std::swap(neighbours[kept++], neighbours[i]);
  }
  return kept;
}

// Puts the movers down on free places: drawn until a free one comes up where at least half are
// free, else from a list of them.
void put_down(Neighbours neighbours, std::size_t kept, std::int32_t ring, Rng& rng) {
  std::vector<char> taken(static_cast<std::size_t>(ring), 0);
  for (std::size_t i = 0; i < kept; ++i) taken[neighbours[i]] = 1;
  if (2 * neighbours.size() <= taken.size()) {
    for (std::size_t i = kept; i < neighbours.size(); ++i) {
      do {
        neighbours[i] = static_cast<std::int32_t>(rng.below(taken.size()));
      } while (taken[neighbours[i]]);
      taken[neighbours[i]] = 1;
    }
    return;
  }
  std::vector<std::int32_t> free;
  for (std::int32_t place = 0; place < ring; ++place) {
    if (!taken[place]) free.push_back(place);
  }
  for (std::size_t i = kept, j = 0; i < neighbours.size(); ++i, ++j) {
    std::swap(free[j], free[j + rng.below(free.size() - j)]);
    neighbours[i] = free[j];
  }
}

}  // namespace

Pattern small_world(std::int32_t inputs, std::int32_t outputs, std::int64_t links, double beta,
                    Rng rng) {
  require_links(inputs, outputs, links, "small_world");
  SG_REQUIRE(beta >= 0 && beta <= 1, "small_world", "got beta ", beta, ", expected 0 to 1");
  const bool targets_larger = outputs >= inputs;
  const std::int32_t nodes = std::max(inputs, outputs), ring = std::min(inputs, outputs);
  const std::uint64_t seed = rng.next64();
  const auto wire = [&](std::int32_t node, Neighbours neighbours) {
    wire_ring(node, nodes, ring, neighbours);
    Rng stream(seed, static_cast<std::uint64_t>(node));
    const std::size_t kept = lift_movers(neighbours, beta, stream);
    if (kept < neighbours.size()) put_down(neighbours, kept, ring, stream);
    std::sort(neighbours.begin(), neighbours.end());
  };
  return layer_by_neighbours(even_degrees(nodes, links), ring, targets_larger, wire);
}

}  // namespace sparsegrow
