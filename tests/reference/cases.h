// Graphs and batch sizes on which every verb is tried.
#pragma once

#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "sparsegrow/base/rng.h"
#include "sparsegrow/graph/csr.h"

namespace sparsegrow::reference {

// Below, at and above each tile width, and both sides of one thread's worth of work.
inline std::vector<std::int32_t> case_batches() {
  return {1, 2, 7, 8, 9, 16, 17, 31, 32, 33, 63, 64, 100, 128, 1000, 4096};
}

// The first `count` entries of a random permutation of [0, bound): distinct and unsorted.
inline std::vector<std::int32_t> distinct(std::int32_t count, std::int32_t bound, Rng& rng) {
  std::vector<std::int32_t> all(static_cast<std::size_t>(bound));
  std::iota(all.begin(), all.end(), 0);
  for (std::int32_t i = 0; i < count; ++i) {
    std::swap(all[i],
              all[i + static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(bound - i)))]);
  }
  all.resize(static_cast<std::size_t>(count));
  return all;
}

// One row per entry of `degrees`, each with that many of `sources` in random order.
inline Csr csr_of_degrees(std::int32_t sources, const std::vector<std::int32_t>& degrees,
                          std::uint64_t seed) {
  Rng rng(seed, 11);
  std::vector<std::int32_t> begin{0}, column;
  for (const std::int32_t degree : degrees) {
    const auto row = distinct(degree, sources, rng);
    column.insert(column.end(), row.begin(), row.end());
    begin.push_back(static_cast<std::int32_t>(column.size()));
  }
  return make_csr(sources, std::move(begin), std::move(column));
}

// Each edge of sources x targets is there with probability `density`; columns ascend.
inline Csr random_csr(std::int32_t sources, std::int32_t targets, double density,
                      std::uint64_t seed) {
  Rng rng(seed, 12);
  std::vector<std::int32_t> begin{0}, column;
  for (std::int32_t r = 0; r < targets; ++r) {
    for (std::int32_t s = 0; s < sources; ++s) {
      if (rng.uniform() < density) column.push_back(s);
    }
    begin.push_back(static_cast<std::int32_t>(column.size()));
  }
  return make_csr(sources, std::move(begin), std::move(column));
}

struct CsrCase {
  std::string name;
  std::shared_ptr<const Csr> csr;
  std::int32_t largest_batch;  // so that the slow oracle stays within a second
};

inline std::vector<CsrCase> csr_cases() {
  const auto share = [](Csr csr) { return std::make_shared<const Csr>(std::move(csr)); };
  const std::vector<std::int32_t> mixed = {0, 1, 2, 3, 31, 32, 33, 1000, 5, 0, 8, 16, 64, 4, 0};
  return {
      {"nothing", share(csr_of_degrees(0, {}, 1)), 4096},
      {"no edges", share(csr_of_degrees(5, {0, 0, 0}, 2)), 4096},
      {"one edge", share(csr_of_degrees(4, {0, 1, 0}, 3)), 4096},
      {"mixed rows", share(csr_of_degrees(1010, mixed, 4)), 128},
      {"dense", share(random_csr(37, 29, 1.0, 5)), 4096},
      {"several blocks", share(random_csr(300, 400, 0.1, 6)), 64},
      {"long rows", share(csr_of_degrees(5000, {5000, 3, 2100}, 7)), 33},
      {"long columns", share(csr_of_degrees(3, std::vector<std::int32_t>(5000, 2), 8)), 33},
      {"many rows at batch 1", share(random_csr(800, 500, 0.1, 10)), 1},
      {"longest column", share(csr_of_degrees(1, std::vector<std::int32_t>(20000, 1), 9)), 33},
  };
}

// A graph on one set of nodes: `width` nodes per level, each wired at random to nodes of lower
// levels. Sources and targets are the same nodes, so x and y may be one panel.
inline Csr layered_dag(std::int32_t levels, std::int32_t width, std::int32_t degree,
                       std::uint64_t seed) {
  Rng rng(seed, 13);
  Csr csr;
  const std::int32_t nodes = levels * width;
  for (std::int32_t n = 0; n < nodes; ++n) {
    const std::int32_t level = n / width;
    const auto row = distinct(std::min(level * width, level == 0 ? 0 : degree), level * width, rng);
    csr.by_target.column.insert(csr.by_target.column.end(), row.begin(), row.end());
    csr.by_target.row_begin.push_back(static_cast<std::int32_t>(csr.by_target.column.size()));
    csr.target_level.push_back(level);
  }
  transpose(csr.by_target, nodes, csr.by_source, csr.position);
  csr.target_plan = make_row_plan(csr.by_target.row_begin, csr.target_level, levels);
  csr.source_plan = make_row_plan(csr.by_source.row_begin, csr.target_level, levels);
  return csr;
}

}  // namespace sparsegrow::reference
