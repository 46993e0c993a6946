// d *= f'(z), and the gradient of SReLU's own numbers.
#include "metal/kernels/activation.h"
#include "metal/kernels/place.h"

using namespace sparsegrow;

// One SIMD-group for each row, as SReLU's gradients are sums over the samples. The padding of d is
// scaled too and left out of the sums.
kernel void activate_grad_tile_f32(
    device const int32_t* plan [[buffer(0)]], device const float* numbers [[buffer(1)]],
    device const float* z [[buffer(2)]], device float* d [[buffer(3)]],
    device float* dnumbers [[buffer(4)]], constant ActivateArguments& a [[buffer(5)]],
    uint at [[thread_position_in_grid]], uint lane [[thread_index_in_simdgroup]]) {
  const int32_t item = int32_t(at / kTileWidth);
  if (item >= a.rows) return;
  const int32_t row = plan[a.first + item];
  const int32_t tiles = tile_count(a.panel.batch);
  const int64_t rows = a.panel.rows;
  if (a.f.kind != ActivationKind::srelu) {
    for (int32_t t = 0; t < tiles; ++t) {
      if (int32_t(lane) >= tile_width(a.panel.batch, t)) continue;
      const int64_t element = tile_offset(a.panel, t, row) + lane;
      d[element] *= activation_slope(a.f, z[element], a.of_output != 0);
    }
    return;
  }
  const Srelu p = srelu_of(numbers, rows, row);
  float left = 0.0f, left_slope = 0.0f, right = 0.0f, right_slope = 0.0f;
  for (int32_t t = 0; t < tiles; ++t) {
    if (int32_t(lane) >= tile_width(a.panel.batch, t)) continue;
    const int64_t element = tile_offset(a.panel, t, row) + lane;
    const float in = z[element], gradient = d[element];
    d[element] = gradient * srelu_slope(p, in);
    if (t * kTileWidth + int32_t(lane) >= a.panel.batch) continue;
    if (in >= p.right) {
      right += gradient * (1.0f - p.right_slope);
      right_slope += gradient * (in - p.right);
    } else if (in <= p.left) {
      left += gradient * (1.0f - p.left_slope);
      left_slope += gradient * (in - p.left);
    }
  }
  left = metal::simd_sum(left);
  left_slope = metal::simd_sum(left_slope);
  right = metal::simd_sum(right);
  right_slope = metal::simd_sum(right_slope);
  if (lane != 0) return;
  dnumbers[kLeftThreshold * rows + row] = left;
  dnumbers[kLeftSlope * rows + row] = left_slope;
  dnumbers[kRightThreshold * rows + row] = right;
  dnumbers[kRightSlope * rows + row] = right_slope;
}
