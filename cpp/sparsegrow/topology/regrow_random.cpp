#include "sparsegrow/topology/regrow_random.h"

#include "sparsegrow/topology/absent.h"
#include "sparsegrow/topology/distinct.h"

namespace sparsegrow {

Links regrow_random(const Pattern& layer, std::int32_t sources, std::int64_t count, Rng rng) {
  require_absent(layer, sources, count, "regrow_random");
  const auto ranks = distinct_numbers(absent_count(layer, sources), count, rng);
  return absent_links(layer, sources, ranks);
}

}  // namespace sparsegrow
