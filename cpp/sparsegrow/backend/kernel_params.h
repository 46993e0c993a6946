// Plain structs and constants that host code and device kernels share. Legal C++ and legal Metal:
// fixed-width fields only, no member functions beyond free inline helpers, and on the device no
// double and no standard headers.
#pragma once

// Metal wants every constant outside a function in its constant address space.
#if defined(__METAL_VERSION__)
#include <metal_stdlib>
#define SG_CONSTANT constant constexpr
#else
#include <cstdint>
#define SG_CONSTANT constexpr
#endif

namespace sparsegrow {

// Panel layout. A panel holds `rows` neurons for `batch` samples, neuron-major with the batch
// innermost, cut into tiles of 32 samples: [tile][row][lane]. The last tile is only as wide as it
// must be (8, 16 or 32 lanes); a batch of one is a plain vector of `rows` values. Lanes past the
// batch are padding: every verb keeps gradients there zero and leaves them out of every reported
// figure.
SG_CONSTANT int32_t kTileWidth = 32;

struct PanelShape {
  int32_t rows;
  int32_t batch;
};

inline int32_t tile_count(int32_t batch) { return (batch + kTileWidth - 1) / kTileWidth; }

// Lanes stored for tile `tile` of a batch: 1, 8, 16 or 32.
inline int32_t tile_width(int32_t batch, int32_t tile) {
  const int32_t left = batch - tile * kTileWidth;
  if (batch == 1) return 1;
  return left <= 8 ? 8 : left <= 16 ? 16 : kTileWidth;
}

// Columns stored for a batch, padding included.
inline int32_t padded_batch(int32_t batch) {
  if (batch == 0) return 0;
  const int32_t last = tile_count(batch) - 1;
  return last * kTileWidth + tile_width(batch, last);
}

// Element index of the first lane of (tile, row).
inline int64_t tile_offset(PanelShape shape, int32_t tile, int32_t row) {
  const int64_t width = tile_width(shape.batch, tile);
  return static_cast<int64_t>(tile) * kTileWidth * shape.rows + row * width;
}

// f of a neuron. `relu` is x for x > 0, else slope * x: ReLU has slope 0, leaky ReLU a small one,
// All-ReLU -alpha on odd and +alpha on even hidden layers.
enum class ActivationKind : int32_t { identity = 0, relu = 1, tanh = 2, sigmoid = 3, srelu = 4 };

template <class Real>
struct ActivationParamsOf {
  ActivationKind kind;
  Real slope;
};

// SReLU keeps four learned numbers per row, as four arrays of `rows` values one after another.
enum SreluParameter : int32_t {
  kLeftThreshold = 0,
  kLeftSlope = 1,
  kRightThreshold = 2,
  kRightSlope = 3
};
SG_CONSTANT int32_t kSreluParameters = 4;

// Inverted dropout. A unit is dropped by a hash of (seed, step, row, column), so forward and
// backward agree without storing a mask, and the mask does not depend on threads, tiles or dtype
// (dropout_mask.h).
struct DropoutParams {
  float rate;  // probability of dropping, [0, 1)
  uint32_t seed;
  uint32_t step;
};

enum class OptimizerKind : int32_t { sgd = 0, nesterov = 1, adam = 2, adagrad = 3 };

// One optimizer step over a flat array: g += l2 * w, then
//   sgd       v = momentum * v - rate * g;  w += v
//   nesterov  v = momentum * v - rate * g;  w += momentum * v - rate * g
//   adam      m, v moving averages;         w -= rate * m / correction1 / (sqrt(v / correction2) +
//   epsilon)
//   adagrad   v += g^2;                     w -= rate * g / (sqrt(v) + epsilon)
// and w -= decay * w (with the old w), where decay is already a fraction per step.
template <class Real>
struct OptimizerParamsOf {
  OptimizerKind kind;
  Real rate;
  Real momentum;     // sgd, nesterov
  Real beta1;        // adam
  Real beta2;        // adam
  Real epsilon;      // adam, adagrad
  Real correction1;  // adam: 1 - beta1^t
  Real correction2;  // adam: 1 - beta2^t
  Real l2;
  Real decay;
};

// Verbs take the numbers in double, so that arrays in double are computed with what was asked for;
// kernels of a device without double take them narrowed.
#if defined(__METAL_VERSION__)
using ActivationParams = ActivationParamsOf<float>;
using OptimizerParams = OptimizerParamsOf<float>;
#else
using ActivationParams = ActivationParamsOf<double>;
using OptimizerParams = OptimizerParamsOf<double>;

inline ActivationParamsOf<float> narrowed(const ActivationParams& p) {
  return {p.kind, static_cast<float>(p.slope)};
}

inline OptimizerParamsOf<float> narrowed(const OptimizerParams& p) {
  const auto single = [](double value) { return static_cast<float>(value); };
  return {p.kind,          single(p.rate),    single(p.momentum),    single(p.beta1),
          single(p.beta2), single(p.epsilon), single(p.correction1), single(p.correction2),
          single(p.l2),    single(p.decay)};
}
#endif

// One-hot inputs of one group of neurons: a block of rows, one for each position and symbol, row
// position * symbols + symbol at element begin + row * stride. Its first `neurons` elements belong
// to the panel rows rows[first .. first + neurons) of the table, the rest up to `stride` is zero.
struct InputBlock {
  int64_t begin;
  int32_t first;
  int32_t positions;
  int32_t neurons;
  int32_t stride;  // a multiple of kBlockStride
};
SG_CONSTANT int32_t kBlockStride = 8;

// A memory cell adds what it remembers to the neuron's preactivation z. With the neuron's own
// numbers p, and c and h of the step before:
//   i = sigmoid(p[0] z + p[1] h + p[2])     o = sigmoid(p[6] z + p[7] h + p[8])
//   f = sigmoid(p[3] z + p[4] h + p[5])     g = tanh(p[9] z + p[10] h + p[11])
//   c' = f c + i g      h' = o tanh(c')     z' = z + p[12] h'
// With p[12] = 0 the neuron is what it was without memory.
SG_CONSTANT int32_t kCellParameters = 13;
enum CellTape : int32_t { kTapeZ, kTapeI, kTapeF, kTapeO, kTapeG, kTapeC };
SG_CONSTANT int32_t kCellTape = 6;  // panel rows that one cell leaves for cell_grad

}  // namespace sparsegrow
