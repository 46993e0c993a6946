#include "sparsegrow/locality/synthetic.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sparsegrow/base/check.h"
#include "sparsegrow/base/parallel.h"
#include "sparsegrow/base/rng.h"

namespace sparsegrow {
namespace {

constexpr std::int32_t kRowsPerChunk = 512;
constexpr std::uint64_t kEdges = 0x5e71, kOrder = 0x5e72;  // names of random streams

void require_graph(const SyntheticGraph& g) {
  constexpr char where[] = "synthetic";
  SG_REQUIRE(g.nodes >= 1, where, "nodes: got ", g.nodes, ", expected at least 1");
  SG_REQUIRE(g.sub_dags >= 1 && g.sub_dags <= g.nodes, where, "sub_dags: got ", g.sub_dags,
             ", expected 1 to ", g.nodes);
  SG_REQUIRE(g.fan_in >= 1, where, "fan_in: got ", g.fan_in, ", expected at least 1");
  SG_REQUIRE(g.window >= 1, where, "window: got ", g.window, ", expected at least 1");
  SG_REQUIRE(g.bias >= 0 && g.bias <= 1, where, "bias: got ", g.bias, ", expected 0 to 1");
  SG_REQUIRE(std::int64_t{g.nodes} * g.fan_in <= kMaxEdges, where, "got ", g.nodes, " nodes of ",
             g.fan_in, " edges, expected at most ", kMaxEdges, " edges");
}

// The first node of the sub-DAG that a node belongs to.
std::int32_t first_of(const SyntheticGraph& g, std::int32_t node) {
  const std::int32_t size = g.nodes / g.sub_dags, larger = g.nodes % g.sub_dags;
  const std::int32_t border = larger * (size + 1);
  if (node < border) return node - node % (size + 1);
  return node - (node - border) % size;
}

std::int32_t fan_in_of(const SyntheticGraph& g, std::int32_t node) {
  return std::min(g.fan_in, node - first_of(g, node));
}

// `count` different numbers of [begin, end), added to `chosen` (Floyd's way: no rejection).
void draw(std::int32_t begin, std::int32_t end, std::int32_t count, Rng& rng,
          std::vector<std::int32_t>& chosen) {
  const std::size_t had = chosen.size();
  for (std::int32_t last = end - count; last < end; ++last) {
    const auto bound = static_cast<std::uint64_t>(last - begin) + 1;
    const std::int32_t pick = begin + static_cast<std::int32_t>(rng.below(bound));
    const auto from = chosen.begin() + static_cast<std::ptrdiff_t>(had);
    chosen.push_back(std::find(from, chosen.end(), pick) == chosen.end() ? pick : last);
  }
}

void wire(const SyntheticGraph& g, std::int32_t node, std::int32_t* columns) {
  const std::int32_t first = first_of(g, node), wanted = fan_in_of(g, node);
  Rng rng(g.seed, stream_id(kEdges, static_cast<std::uint64_t>(node)));
  std::vector<std::int32_t> chosen;
  if (g.bias == 0) {
    draw(first, node, wanted, rng, chosen);
  } else {
    const std::int32_t split = std::max(first, node - g.window);
    std::int32_t recent = static_cast<std::int32_t>(std::lround(g.bias * wanted));
    recent = std::min(recent, node - split);
    recent = std::max(recent, wanted - (split - first));
    draw(split, node, recent, rng, chosen);
    draw(first, split, wanted - recent, rng, chosen);
  }
  std::sort(chosen.begin(), chosen.end());
  std::copy(chosen.begin(), chosen.end(), columns);
}

template <class Body>
void for_rows(std::int32_t rows, Body&& body) {
  parallel_for((rows + kRowsPerChunk - 1) / kRowsPerChunk, [&](std::int64_t chunk) {
    const auto first = static_cast<std::int32_t>(chunk * kRowsPerChunk);
    for (std::int32_t r = first; r < std::min(rows, first + kRowsPerChunk); ++r) body(r);
  });
}

void require_permutation(const std::vector<std::int32_t>& place, std::int32_t count) {
  SG_REQUIRE(place.size() == static_cast<std::size_t>(count), "relabelled", "got ", place.size(),
             " places for ", count, " nodes");
  std::vector<char> taken(place.size(), 0);
  for (const std::int32_t p : place) {
    SG_REQUIRE(p >= 0 && p < count && !taken[static_cast<std::size_t>(p)], "relabelled", "place ",
               p, " is outside 0..", count - 1, " or taken twice");
    taken[static_cast<std::size_t>(p)] = 1;
  }
}

}  // namespace

Pattern synthetic(const SyntheticGraph& graph) {
  require_graph(graph);
  Pattern pattern;
  for (std::int32_t node = 0; node < graph.nodes; ++node) {
    pattern.row_begin.push_back(pattern.row_begin.back() + fan_in_of(graph, node));
  }
  pattern.column.resize(static_cast<std::size_t>(pattern.row_begin.back()));
  for_rows(graph.nodes, [&](std::int32_t node) {
    wire(graph, node, pattern.column.data() + pattern.row_begin[static_cast<std::size_t>(node)]);
  });
  return pattern;
}

Pattern relabelled(const Pattern& pattern, const std::vector<std::int32_t>& place) {
  require_pattern(pattern, pattern.rows(), "relabelled");
  require_permutation(place, pattern.rows());
  std::vector<std::int32_t> node(place.size());  // the old name of each new row
  for (std::size_t i = 0; i < place.size(); ++i) {
    node[static_cast<std::size_t>(place[i])] = static_cast<std::int32_t>(i);
  }
  Pattern next;
  for (const std::int32_t old : node) {
    const auto r = static_cast<std::size_t>(old);
    next.row_begin.push_back(next.row_begin.back() + pattern.row_begin[r + 1] -
                             pattern.row_begin[r]);
  }
  next.column.resize(pattern.column.size());
  for_rows(next.rows(), [&](std::int32_t row) {
    const auto r = static_cast<std::size_t>(row), old = static_cast<std::size_t>(node[r]);
    auto* const out = next.column.data() + next.row_begin[r];
    auto* end = out;
    for (std::int32_t e = pattern.row_begin[old]; e < pattern.row_begin[old + 1]; ++e) {
      *end++ = place[static_cast<std::size_t>(pattern.column[static_cast<std::size_t>(e)])];
    }
    std::sort(out, end);
  });
  return next;
}

std::vector<std::int32_t> random_order(std::int32_t count, std::uint64_t seed) {
  SG_REQUIRE(count >= 0, "random_order", "count: got ", count, ", expected at least 0");
  std::vector<std::int32_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  Rng rng(seed, stream_id(kOrder));
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<std::size_t>(rng.below(i))]);
  }
  return order;
}

}  // namespace sparsegrow
