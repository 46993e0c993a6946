#include "sparsegrow/topology/l3_score.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "sparsegrow/base/check.h"
#include "sparsegrow/base/parallel.h"

namespace sparsegrow {
namespace {

std::int32_t degree(const Pattern& pattern, std::int32_t row) {
  return pattern.row_begin[row + 1] - pattern.row_begin[row];
}

std::int32_t largest_degree(const Pattern& pattern) {
  std::int32_t most = 0;
  for (std::int32_t row = 0; row < pattern.rows(); ++row)
    most = std::max(most, degree(pattern, row));
  return most;
}

Span<const std::int32_t> links_of(const Pattern& pattern, std::int32_t row) {
  return {pattern.column.data() + pattern.row_begin[row],
          static_cast<std::size_t>(degree(pattern, row))};
}

Pattern transposed(const Pattern& by_target, std::int32_t sources) {
  require_pattern(by_target, sources, "L3Scores");
  Pattern by_source;
  std::vector<std::int32_t> position;
  transpose(by_target, sources, by_source, position);
  return by_source;
}

// Rounds to 17 bits: positive floats are ordered as their bits are.
float rounded(float score) {
  constexpr std::uint32_t kDropped = (1u << 7) - 1, kHalf = 1u << 6;
  std::uint32_t bits = 0;
  std::memcpy(&bits, &score, sizeof bits);
  bits = (bits + kHalf) & ~kDropped;
  std::memcpy(&score, &bits, sizeof bits);
  return score;
}

}  // namespace

// What one thread needs beside the scores. All counts and sums are 0 between uses.
struct L3Scores::Walk {
  struct Reached {
    float walks = 0;  // from one source to another: their common targets; exact below 2^24
    float sum = 0;    // of the factors of these targets
  };
  std::vector<std::int32_t> common;  // [targets] common sources with the present target
  std::vector<float> target_factor;  // [targets] of z1 as a neighbour of the present target
  std::vector<std::int32_t> near;    // targets whose factor is not 0
  std::vector<float> factor;         // [links of the present source + 1] by shared targets
  std::vector<Reached> reached;      // [sources]
  std::vector<std::int32_t> shared;  // [sources] common targets with the present source
  std::vector<float> source_factor;  // [sources]

  Walk(std::int32_t targets, std::int32_t sources)
      : common(static_cast<std::size_t>(targets), 0),
        target_factor(static_cast<std::size_t>(targets), 0),
        reached(static_cast<std::size_t>(sources)) {}
};

L3Scores::L3Scores(const Pattern& layer, std::int32_t sources, L3Kind kind)
    : by_target_(layer),
      by_source_(transposed(layer, sources)),
      sources_(sources),
      kind_(kind),
      factors_(kind, std::max(largest_degree(by_target_), largest_degree(by_source_))) {}

// Factors of all targets z1 that share a source with `target`, and the list of these.
void L3Scores::find_target_factors(std::int32_t target, Walk& walk) const {
  for (const std::int32_t z1 : walk.near) walk.target_factor[z1] = 0;
  walk.near.clear();
  for (const std::int32_t z2 : links_of(by_target_, target)) {
    for (const std::int32_t z1 : links_of(by_source_, z2)) {
      if (walk.common[z1]++ == 0) walk.near.push_back(z1);
    }
  }
  for (const std::int32_t z1 : walk.near) {
    walk.target_factor[z1] = factors_.of(walk.common[z1], degree(by_target_, z1));
    walk.common[z1] = 0;
  }
}

// One walk from z2 tells both of each source u that it reaches: how many neighbours they share, and
// the sum of these neighbours' factors.
void L3Scores::walk_from(std::int32_t source, Walk& walk) const {
  Walk::Reached* reached = walk.reached.data();
  for (const std::int32_t z1 : links_of(by_source_, source)) {
    const float factor = walk.target_factor[z1];
    for (const std::int32_t u : links_of(by_target_, z1)) {
      reached[u].walks += 1;
      reached[u].sum += factor;
    }
  }
}

std::int64_t L3Scores::walks_from(std::int32_t source) const {
  std::int64_t walks = 0;
  for (const std::int32_t z1 : links_of(by_source_, source)) walks += degree(by_target_, z1);
  return walks;
}

// Moves what was reached into the scores: over all sources, or over the walk again if that is
// shorter; what is reached twice adds 0 the second time.
void L3Scores::add_walk(std::int32_t source, Walk& walk, float* scores) const {
  factors_.list(degree(by_source_, source), walk.factor);
  const float* factor = walk.factor.data();
  Walk::Reached* reached = walk.reached.data();
  const auto add = [=](std::int32_t u) {
    scores[u] += reached[u].sum * factor[static_cast<std::int32_t>(reached[u].walks)];
    reached[u] = {};
  };
  if (walks_from(source) > sources_) {
    for (std::int32_t u = 0; u < sources_; ++u) add(u);
    return;
  }
  for (const std::int32_t z1 : links_of(by_source_, source)) {
    for (const std::int32_t u : links_of(by_target_, z1)) add(u);
  }
}

void L3Scores::score_by_paths(std::int32_t target, Walk& walk, float* scores) const {
  find_target_factors(target, walk);
  for (const std::int32_t z2 : links_of(by_target_, target)) {
    walk_from(z2, walk);
    add_walk(z2, walk, scores);
  }
}

// For each source z2, its factors beside all other sources, added to the targets it is linked with.
void L3Scores::add_source_terms(std::int32_t first, std::int32_t last, Walk& walk,
                                float* scores) const {
  walk.shared.assign(static_cast<std::size_t>(sources_), 0);
  walk.source_factor.assign(static_cast<std::size_t>(sources_), 0);
  for (std::int32_t z2 = 0; z2 < sources_; ++z2) {
    const auto targets = links_of(by_source_, z2);  // ascending
    const auto* begin = std::lower_bound(targets.begin(), targets.end(), first);
    const auto* end = std::lower_bound(begin, targets.end(), last);
    if (begin == end) continue;
    for (const std::int32_t z1 : targets) {
      for (const std::int32_t u : links_of(by_target_, z1)) ++walk.shared[u];
    }
    factors_.list(static_cast<std::int32_t>(targets.size()), walk.factor);
    for (std::int32_t u = 0; u < sources_; ++u) {
      walk.source_factor[u] = walk.factor[walk.shared[u]];
      walk.shared[u] = 0;
    }
    for (const auto* target = begin; target != end; ++target) {
      float* row = scores + static_cast<std::int64_t>(*target - first) * sources_;
      for (std::int32_t u = 0; u < sources_; ++u) row[u] += walk.source_factor[u];
    }
  }
}

void L3Scores::score_by_nodes(std::int32_t first, std::int32_t last, Walk& walk,
                              float* scores) const {
  add_source_terms(first, last, walk, scores);
  for (std::int32_t target = first; target < last; ++target) {
    float* row = scores + static_cast<std::int64_t>(target - first) * sources_;
    find_target_factors(target, walk);
    for (const std::int32_t z1 : walk.near) {
      const float factor = walk.target_factor[z1];
      for (const std::int32_t u : links_of(by_target_, z1)) row[u] += factor;
    }
  }
}

void L3Scores::score(std::int32_t first, std::int32_t last, Span<float> scores) const {
  SG_REQUIRE(first >= 0 && first <= last && last <= by_target_.rows(), "L3Scores.score",
             "got targets ", first, " to ", last, ", expected a part of 0 to ", by_target_.rows());
  const auto rows = static_cast<std::size_t>(last - first);
  SG_REQUIRE(scores.size() == rows * static_cast<std::size_t>(sources_), "L3Scores.score", "got ",
             scores.size(), " scores, expected ", rows, " x ", sources_);
  std::fill(scores.begin(), scores.end(), 0.0f);
  Walk walk(by_target_.rows(), sources_);
  if (by_paths(kind_)) {
    for (std::int32_t target = first; target < last; ++target) {
      float* row = scores.data() + static_cast<std::int64_t>(target - first) * sources_;
      score_by_paths(target, walk, row);
    }
  } else {
    score_by_nodes(first, last, walk, scores.data());
  }
  for (float& score : scores) score = rounded(score);
}

std::int32_t L3Scores::block_targets() const {
  constexpr std::int32_t kPathRows = 16;
  constexpr std::int64_t kNodeBytes = std::int64_t{8} << 20;
  if (by_paths(kind_)) return kPathRows;
  const std::int64_t row_bytes = std::max<std::int64_t>(1, std::int64_t{sources_} * 4);
  const std::int64_t most = std::max<std::int64_t>(1, kNodeBytes / row_bytes);
  const std::int32_t blocks = 2 * num_threads();
  const std::int64_t part = std::max<std::int64_t>(kPathRows, by_target_.rows() / blocks + 1);
  return static_cast<std::int32_t>(std::min(most, part));
}

}  // namespace sparsegrow
