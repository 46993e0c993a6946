// embed, embed_grad and embed_update on dense one-hot rows. Threads of neighbouring x have
// neighbouring neurons of a block, so that a SIMD-group reads a row of the table in one piece.
#include "metal/kernels/column.h"
#include "metal/kernels/embed_arguments.h"
#include "metal/kernels/gated_adagrad.h"

using namespace sparsegrow;

// z[row] = bias[row] + the sum of the neuron's live elements. One thread for each neuron and
// column; padding gets what the first sample of its tile gets.
kernel void embed_block_f32(device const EmbedNeuron* neurons [[buffer(0)]],
                            device const uint8_t* symbol [[buffer(1)]],
                            device const float* weight [[buffer(2)]],
                            device const float* gate [[buffer(3)]],
                            device const float* bias [[buffer(4)]], device float* z [[buffer(5)]],
                            constant EmbedBlockArguments& a [[buffer(6)]],
                            uint2 at [[thread_position_in_grid]]) {
  if (int32_t(at.x) >= a.neurons) return;
  const EmbedNeuron neuron = neurons[at.x];
  const int32_t batch = a.panel.batch;
  const int32_t column = int32_t(at.y);
  const int32_t sample = column < batch ? column : column - column % kTileWidth;
  float sum = 0.0f;
  for (int32_t p = 0; p < neuron.positions; ++p) {
    const int32_t row = p * a.symbols + int32_t(symbol[p * batch + sample]);
    const int64_t e = neuron.element + int64_t(row) * neuron.stride;
    sum = metal::fma(weight[e], gate[e], sum);
  }
  z[column_element(a.panel, neuron.row, column)] = sum + bias[neuron.row];
}

// gradient[e] = the sum of dz over the samples in which e is live. One thread for each neuron and
// live row, which adds up its samples in their order.
kernel void embed_grad_block_f32(device const EmbedNeuron* neurons [[buffer(0)]],
                                 device const EmbedLiveRow* live [[buffer(1)]],
                                 device const int32_t* column [[buffer(2)]],
                                 device const float* dz [[buffer(3)]],
                                 device float* gradient [[buffer(4)]],
                                 constant EmbedBlockArguments& a [[buffer(5)]],
                                 uint2 at [[thread_position_in_grid]]) {
  if (int32_t(at.x) >= a.neurons) return;
  const EmbedNeuron neuron = neurons[at.x];
  const EmbedLiveRow own = live[at.y];
  if (own.row >= neuron.positions * a.symbols) return;
  float sum = 0.0f;
  for (int32_t i = own.first; i < own.last; ++i) {
    sum += dz[column_element(a.panel, neuron.row, column[i])];
  }
  gradient[neuron.element + int64_t(own.row) * neuron.stride] = sum;
}

// One thread for each neuron and live row.
kernel void embed_update_block_f32(
    device const EmbedNeuron* neurons [[buffer(0)]], device const EmbedLiveRow* live [[buffer(1)]],
    device const float* gradient [[buffer(2)]], device float* weight [[buffer(3)]],
    device float* gate [[buffer(4)]], device float* weight_sum [[buffer(5)]],
    device float* gate_sum [[buffer(6)]], constant EmbedUpdateBlockArguments& a [[buffer(7)]],
    uint2 at [[thread_position_in_grid]]) {
  if (int32_t(at.x) >= a.neurons) return;
  const EmbedNeuron neuron = neurons[at.x];
  const EmbedLiveRow own = live[at.y];
  if (own.row >= neuron.positions * a.symbols) return;
  const int64_t e = neuron.element + int64_t(own.row) * neuron.stride;
  gated_adagrad(a.optimizer, gradient[e], weight + e, gate + e, weight_sum + e, gate_sum + e);
}
