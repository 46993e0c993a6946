// Cross-entropy of softmax over the classes of a sample, and its gradient.
#include "metal/kernels/place.h"

using namespace sparsegrow;

// One thread for each lane of a tile. The largest logit is taken off before exp, so no exp
// overflows; d holds the exponentials until their sum is known. z and d may be one panel.
kernel void softmax_xent_tile_f32(device const float* z [[buffer(0)]],
                                  device const int32_t* labels [[buffer(1)]],
                                  device float* d [[buffer(2)]], device float* losses [[buffer(3)]],
                                  device int32_t* correct [[buffer(4)]],
                                  constant SoftmaxArguments& a [[buffer(5)]],
                                  uint2 at [[thread_position_in_grid]]) {
  const Place place = place_of(at, a.z.batch);
  if (place.item > 0) return;
  const int64_t from = element_of(a.z, place, a.first_row);
  const int64_t to = element_of(a.d, place, a.first_row);
  const int64_t width = place.width;
  if (place.lane >= place.valid) {
    for (int32_t c = 0; c < a.classes; ++c) d[to + c * width] = 0.0f;
    return;
  }
  const int32_t sample = place.tile * kTileWidth + place.lane;
  const int32_t label = labels[sample];
  const float of_label = z[from + label * width];
  float top = z[from];
  int32_t best = 0;
  for (int32_t c = 1; c < a.classes; ++c) {
    const float here = z[from + c * width];
    if (here > top) best = c;
    if (here > top) top = here;
  }
  float sum = 0.0f;
  for (int32_t c = 0; c < a.classes; ++c) {
    const float e = metal::exp(z[from + c * width] - top);
    sum += e;
    d[to + c * width] = e;
  }
  const float scale = a.inverse_batch / sum;
  for (int32_t c = 0; c < a.classes; ++c) d[to + c * width] *= scale;
  d[to + label * width] -= a.inverse_batch;
  losses[sample] = metal::log(sum) + (top - of_label);
  correct[sample] = best == label ? 1 : 0;
}
