#include "sparsegrow/topology/regrow_l3.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "sparsegrow/base/parallel.h"
#include "sparsegrow/topology/absent.h"

namespace sparsegrow {

namespace {

Links chosen_links(const Pattern& layer, std::int32_t sources, std::int64_t count, L3Kind kind,
                   ChoiceRule rule, Rng rng) {
  LinkChoice choice(layer, sources, count, rule, rng);
  const L3Scores scores(layer, sources, kind);
  const std::int32_t width = scores.block_targets();
  parallel_for((layer.rows() + width - 1) / width, [&](std::int64_t i) {
    const auto first = static_cast<std::int32_t>(i * width);
    const std::int32_t last = std::min(layer.rows(), first + width);
    std::vector<float> block(static_cast<std::size_t>(last - first) *
                             static_cast<std::size_t>(sources));
    scores.score(first, last, block);
    choice.offer(first, block);
  });
  return choice.finish();
}

// The scores are the same from both sides, and paths are summed faster where a row is short.
Links chosen_from_sources(const Pattern& layer, std::int32_t sources, std::int64_t count,
                          L3Kind kind, ChoiceRule rule, Rng rng) {
  Pattern by_source;
  std::vector<std::int32_t> position;
  transpose(layer, sources, by_source, position);
  Links links = chosen_links(by_source, layer.rows(), count, kind, rule, rng);
  for (Link& link : links) std::swap(link.source, link.target);
  sort_links(links, layer.rows());
  return links;
}

}  // namespace

Links regrow_l3(const Pattern& layer, std::int32_t sources, std::int64_t count, L3Kind kind,
                ChoiceRule rule, Rng rng) {
  require_absent(layer, sources, count, "regrow_l3");
  if (count == 0) return {};
  const auto choose = by_paths(kind) && sources > layer.rows() ? chosen_from_sources : chosen_links;
  return choose(layer, sources, count, kind, rule, rng);
}

}  // namespace sparsegrow
