#include "sparsegrow/topology/regrow_l3.h"

#include <algorithm>
#include <vector>

#include "sparsegrow/base/parallel.h"

namespace sparsegrow {

Links regrow_l3(const Pattern& layer, std::int32_t sources, std::int64_t count, L3Kind kind,
                ChoiceRule rule, Rng rng) {
  LinkChoice choice(layer, sources, count, rule, rng);
  if (count == 0) return {};
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

}  // namespace sparsegrow
