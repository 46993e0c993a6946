#include "sparsegrow/train/initialise.h"

#include <cmath>

#include "sparsegrow/base/check.h"
#include "sparsegrow/base/rng.h"
#include "sparsegrow/topology/swi.h"

namespace sparsegrow {

std::vector<double> initial_weights(const Pattern& by_target, const InitConfig& config,
                                    std::uint64_t seed) {
  SG_REQUIRE(std::isfinite(config.scale) && config.scale >= 0, "initial_weights", "got scale ",
             config.scale, ", expected 0 or more");
  std::vector<double> weights(static_cast<std::size_t>(by_target.edges()), 0.0);
  if (config.kind == InitKind::zero) return weights;
  for (std::int32_t row = 0; row < by_target.rows(); ++row) {
    const auto begin = static_cast<std::size_t>(by_target.row_begin[static_cast<std::size_t>(row)]);
    const auto end =
        static_cast<std::size_t>(by_target.row_begin[static_cast<std::size_t>(row) + 1]);
    const double fan_in = static_cast<double>(end - begin);
    const double deviation =
        config.kind == InitKind::swi ? swi_deviation(fan_in, config.scale) : config.scale;
    Rng rng(seed, stream_id(0x696e6974, static_cast<std::uint64_t>(row)));
    for (std::size_t e = begin; e < end; ++e) weights[e] = deviation * rng.normal();
  }
  return weights;
}

}  // namespace sparsegrow
