#include "sparsegrow/topology/swi.h"

#include <cmath>

#include "sparsegrow/base/check.h"
#include "sparsegrow/graph/row_chunks.h"

namespace sparsegrow {

double swi_deviation(double fan_in, double gain) {
  return fan_in > 0 ? gain / std::sqrt(fan_in) : 0.0;
}

std::vector<float> swi_weights(const Pattern& layer, FanIn fan_in, double gain, Rng rng) {
  SG_REQUIRE(gain >= 0 && std::isfinite(gain), "swi_weights", "got gain ", gain,
             ", expected a number of at least 0");
  std::vector<float> weights(layer.column.size());
  const std::uint64_t seed = rng.next64();
  const double mean = layer.rows() > 0 ? static_cast<double>(layer.edges()) / layer.rows() : 0.0;
  for_each_run(layer.row_begin, [&](std::int32_t first, std::int32_t last) {
    for (std::int32_t row = first; row < last; ++row) {
      const std::int32_t begin = layer.row_begin[row], end = layer.row_begin[row + 1];
      const double deviation = swi_deviation(fan_in == FanIn::mean ? mean : end - begin, gain);
      Rng stream(seed, static_cast<std::uint64_t>(row));
      for (std::int32_t p = begin; p < end; ++p) {
        weights[p] = static_cast<float>(deviation * stream.normal());
      }
    }
  });
  return weights;
}

}  // namespace sparsegrow
