// embed, embed_grad and embed_update on ragged one-hot rows. The lanes of a SIMD-group run over the
// edges of one live row, whose outputs are all different.
#include "metal/kernels/column.h"
#include "metal/kernels/embed_arguments.h"
#include "metal/kernels/gated_adagrad.h"

using namespace sparsegrow;

// One SIMD-group for each column of z, which is bias at first, then each live row of the sample in
// turn is added: two rows may have an output in common. Padding gets the bias.
kernel void embed_row_f32(
    device const int32_t* sample_begin [[buffer(0)]], device const EmbedRun* runs [[buffer(1)]],
    device const int32_t* target [[buffer(2)]], device const float* weight [[buffer(3)]],
    device const float* gate [[buffer(4)]], device const float* bias [[buffer(5)]],
    device float* z [[buffer(6)]], constant EmbedRowArguments& a [[buffer(7)]],
    uint at [[thread_position_in_grid]], uint lane [[thread_index_in_simdgroup]]) {
  const int32_t column = int32_t(at) / kTileWidth;
  if (column >= a.runs) return;
  const int64_t first = column_element(a.panel, a.first_row, column);
  const int64_t width = tile_width(a.panel.batch, column / kTileWidth);
  for (int32_t o = int32_t(lane); o < a.outputs; o += kTileWidth) {
    z[first + o * width] = bias[a.first_row + o];
  }
  if (column >= a.panel.batch) return;
  for (int32_t i = sample_begin[column]; i < sample_begin[column + 1]; ++i) {
    metal::simdgroup_barrier(metal::mem_flags::mem_device);
    const EmbedRun run = runs[i];
    for (int32_t k = int32_t(lane); k < run.edges; k += kTileWidth) {
      const int32_t e = run.first + k;
      const int64_t out = first + target[run.target + k] * width;
      z[out] = metal::fma(weight[e], gate[e], z[out]);
    }
  }
}

// gradient[e] = the sum of dz over the samples in which e is live. One SIMD-group for each live
// row; each lane adds up the samples of its edges in their order.
kernel void embed_grad_row_f32(
    device const EmbedRun* runs [[buffer(0)]], device const int32_t* target [[buffer(1)]],
    device const int32_t* live_begin [[buffer(2)]], device const int32_t* column [[buffer(3)]],
    device const float* dz [[buffer(4)]], device float* gradient [[buffer(5)]],
    constant EmbedRowArguments& a [[buffer(6)]], uint at [[thread_position_in_grid]],
    uint lane [[thread_index_in_simdgroup]]) {
  const int32_t own = int32_t(at) / kTileWidth;
  if (own >= a.runs) return;
  const EmbedRun run = runs[own];
  for (int32_t k = int32_t(lane); k < run.edges; k += kTileWidth) {
    const int32_t row = a.first_row + target[run.target + k];
    float sum = 0.0f;
    for (int32_t i = live_begin[own]; i < live_begin[own + 1]; ++i) {
      sum += dz[column_element(a.panel, row, column[i])];
    }
    gradient[run.first + k] = sum;
  }
}

// One SIMD-group for each live row.
kernel void embed_update_row_f32(
    device const EmbedRun* runs [[buffer(0)]], device const float* gradient [[buffer(1)]],
    device float* weight [[buffer(2)]], device float* gate [[buffer(3)]],
    device float* weight_sum [[buffer(4)]], device float* gate_sum [[buffer(5)]],
    constant EmbedUpdateRowArguments& a [[buffer(6)]], uint at [[thread_position_in_grid]],
    uint lane [[thread_index_in_simdgroup]]) {
  const int32_t own = int32_t(at) / kTileWidth;
  if (own >= a.runs) return;
  const EmbedRun run = runs[own];
  for (int32_t e = run.first + int32_t(lane); e < run.first + run.edges; e += kTileWidth) {
    gated_adagrad(a.optimizer, gradient[e], weight + e, gate + e, weight_sum + e, gate_sum + e);
  }
}
