// What level_stats says of one level of a panel, padding left out.
#pragma once

namespace sparsegrow {

struct LevelStats {
  double mean;
  double mean_square;
  double max_abs;
  double zero_fraction;
};

}  // namespace sparsegrow
