// softmax_xent: lanes over the samples of a tile, classes outside.
#pragma once

#include "cpu/kernel_table.h"
#include "cpu/kernels/math.h"

namespace sparsegrow::cpu::SG_ISA {

// N samples from lane `first`. The largest logit is taken off before exp, so no exp overflows.
template <class Real, int N>
inline void softmax_block(const SoftmaxTask<Real>& task, std::int32_t first) {
  using V = Lanes<Real, N>;
  const std::int64_t width = task.width;
  const Real* const z = task.z + first;
  Real* const d = task.d + first;
  V top = load<V>(z), sum{}, best{};
  for (std::int32_t c = 1; c < task.classes; ++c) {
    const V here = load<V>(z + c * width);
    best = here > top ? splat<V>(static_cast<Real>(c)) : best;
    top = here > top ? here : top;
  }
  Real tops[N], sums[N], bests[N], of_label[N];
  for (int k = 0; k < N; ++k) {  // read before d is written, as z and d may be one panel
    of_label[k] = first + k < task.valid ? z[task.labels[first + k] * width + k] : Real(0);
  }
  for (std::int32_t c = 0; c < task.classes; ++c) {
    const V e = Math<Real, N>::exp(load<V>(z + c * width) - top);
    sum += e;
    store(d + c * width, e);
  }
  Real keep[N];
  for (int k = 0; k < N; ++k) keep[k] = first + k < task.valid ? task.inverse_batch : Real(0);
  const V scale = load<V>(keep) / sum;
  for (std::int32_t c = 0; c < task.classes; ++c)
    store(d + c * width, load<V>(d + c * width) * scale);
  store(tops, top);
  store(sums, sum);
  store(bests, best);
  for (int k = 0; k < N && first + k < task.valid; ++k) {
    const std::int32_t label = task.labels[first + k];
    d[label * width + k] -= task.inverse_batch;
    task.losses[first + k] = log_of(sums[k]) + (tops[k] - of_label[k]);
    task.correct[first + k] = static_cast<std::int32_t>(bests[k]) == label;
  }
}

template <class Real>
void softmax_xent(const SoftmaxTask<Real>& task) {
  if (task.width == 1) return softmax_block<Real, 1>(task, 0);
  constexpr int N = native_lanes<Real>(8);
  for (std::int32_t first = 0; first < task.width; first += N) softmax_block<Real, N>(task, first);
}

}  // namespace sparsegrow::cpu::SG_ISA
