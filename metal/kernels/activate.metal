// a = f(z), padding included.
#include "metal/kernels/activation.h"
#include "metal/kernels/place.h"

using namespace sparsegrow;

// One thread for each row and lane.
kernel void activate_tile_f32(device const int32_t* plan [[buffer(0)]],
                              device const float* numbers [[buffer(1)]],
                              device const float* z [[buffer(2)]], device float* y [[buffer(3)]],
                              constant ActivateArguments& a [[buffer(4)]],
                              uint2 at [[thread_position_in_grid]]) {
  const Place place = place_of(at, a.panel.batch);
  if (place.item >= a.rows) return;
  const int32_t row = plan[a.first + place.item];
  const int64_t element = element_of(a.panel, place, row);
  if (a.f.kind == ActivationKind::srelu) {
    y[element] = srelu(srelu_of(numbers, a.panel.rows, row), z[element]);
  } else {
    y[element] = activation(a.f, z[element]);
  }
}
