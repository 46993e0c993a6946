#include "sparsegrow/topology/regrow_gradient.h"

#include <algorithm>
#include <vector>

#include "sparsegrow/base/check.h"
#include "sparsegrow/base/parallel.h"
#include "sparsegrow/topology/link_choice.h"

namespace sparsegrow {
namespace {

void offer_rows(LinkChoice& choice, std::int32_t first_target, std::int32_t sources,
                Span<const float> block) {
  constexpr std::size_t kRows = 16;
  const std::size_t piece = kRows * static_cast<std::size_t>(sources);
  const auto pieces = static_cast<std::int64_t>((block.size() + piece - 1) / piece);
  parallel_for(pieces, [&](std::int64_t i) {
    const std::size_t begin = static_cast<std::size_t>(i) * piece;
    const auto target = first_target + static_cast<std::int32_t>(i * kRows);
    choice.offer(target, {block.data() + begin, std::min(piece, block.size() - begin)});
  });
}

}  // namespace

Links regrow_gradient(const Pattern& layer, std::int32_t sources, std::int64_t count,
                      const GradientBlock& gradient, Rng rng, std::int32_t block_targets) {
  SG_REQUIRE(block_targets >= 1, "regrow_gradient", "got blocks of ", block_targets,
             " targets, expected at least 1");
  LinkChoice choice(layer, sources, count, ChoiceRule::best, rng);
  if (count == 0) return {};
  std::vector<float> block;
  for (std::int32_t first = 0; first < layer.rows(); first += block_targets) {
    const std::int32_t targets = std::min(block_targets, layer.rows() - first);
    block.resize(static_cast<std::size_t>(targets) * static_cast<std::size_t>(sources));
    gradient(first, block);
    offer_rows(choice, first, sources, block);
  }
  return choice.finish();
}

}  // namespace sparsegrow
