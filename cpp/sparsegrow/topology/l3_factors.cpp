#include "sparsegrow/topology/l3_factors.h"

#include <algorithm>
#include <cmath>

namespace sparsegrow {

bool by_paths(L3Kind kind) { return kind == L3Kind::ch3_path || kind == L3Kind::ch2_path; }

L3Factors::L3Factors(L3Kind kind, std::int32_t most_links)
    : inside_(static_cast<std::size_t>(most_links) + 1, 1), outside_(inside_.size()) {
  const bool root = by_paths(kind);
  const bool counts_inside = kind == L3Kind::ch2_path || kind == L3Kind::ch2_node;
  for (std::size_t n = 0; n < inside_.size(); ++n) {
    const double inside = counts_inside ? 1.0 + static_cast<double>(n) : 1.0;
    const double outside = 1.0 / std::max(1.0, static_cast<double>(n));
    inside_[n] = static_cast<float>(root ? std::sqrt(inside) : inside);
    outside_[n] = static_cast<float>(root ? std::sqrt(outside) : outside);
  }
}

void L3Factors::list(std::int32_t degree, std::vector<float>& factors) const {
  factors.resize(static_cast<std::size_t>(degree) + 1);
  factors[0] = 0;
  for (std::int32_t i = 1; i <= degree; ++i) factors[i] = of(i, degree);
}

}  // namespace sparsegrow
