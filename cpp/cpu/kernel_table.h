// What a kernel is told, and the table of kernels of one instruction set. Plain structs only: these
// types are shared by translation units that are compiled for different instruction sets.
//
// A "tile" is 32 samples of a panel (kernel_params.h): `x`, `z`, `d` and the like point at row 0 of
// the tile, row r starts `width` elements further per row, and `valid` of the `width` lanes are
// samples, the others padding.
#pragma once

#include <cstdint>

#include "sparsegrow/backend/kernel_params.h"

namespace sparsegrow::cpu {

// Where the value of an edge is found.
enum class Values {
  in_place,     // values[edge]
  gather,       // values[position[edge]]: the transposed pattern
  gather_keep,  // the same, and each is also written to `kept`, one listed row after another
  kept          // read from `kept`
};

// y[r] = bias[r] + sum of values * x for the listed rows.
template <class Real>
struct SpmmTask {
  const std::int32_t* row_begin;  // [rows + 1] into column
  const std::int32_t* column;
  const std::int32_t* position;  // of the transposed pattern
  const Real* values;
  Real* kept;
  const Real* bias;  // [rows] or null
  const Real* x;
  Real* y;
  const std::int32_t* rows;
  std::int64_t count;
  std::int32_t edges;  // length of column
  Values from;
  bool accumulate;  // start from y instead of bias: a row that is computed in pieces
  bool ahead;       // fetch rows of x ahead of their use: the tile is larger than the second cache
};

// dvalues[e] (+)= x[column[e]] . dy[row of e] for the edges [first, last), which begin in row
// first_row.
template <class Real>
struct SddmmTask {
  const std::int32_t* row_begin;
  const std::int32_t* column;
  const Real* x;
  const Real* dy;
  Real* dvalues;
  std::int32_t first, last, first_row;
  std::int32_t edges;  // length of column
  bool accumulate;
  bool ahead;  // as in SpmmTask
};

// The rows of a tile that an elementwise kernel visits.
struct TileRows {
  const std::int32_t* rows;
  std::int64_t count;
  std::int32_t width, valid;
  std::int32_t first_column;  // sample in lane 0
};

template <class Real>
struct RowSumTask {
  const Real* tile;
  Real* out;
  std::int32_t first, last;  // rows
  std::int32_t width, valid;
  bool accumulate;
};

template <class Real>
struct ActivateTask {
  TileRows at;
  ActivationParams f;
  const Real* srelu;  // 4 x rows or null
  std::int64_t rows;  // distance between the four arrays
  const Real* z;
  Real* a;       // activate: result; activate_grad: gradient, changed in place
  Real* dsrelu;  // activate_grad of SReLU only
  bool accumulate;
};

template <class Real>
struct DropoutTask {
  TileRows at;
  std::uint32_t seed, step;
  std::uint32_t threshold;  // a unit is dropped when its hash is below
  Real scale;
  Real* tile;
};

template <class Real>
struct SoftmaxTask {
  const Real* z;  // first class row of the tile
  Real* d;
  const std::int32_t* labels;  // of this tile's samples
  Real* losses;
  std::int32_t* correct;
  std::int32_t classes, width, valid;
  Real inverse_batch;
};

template <class Real>
struct MseTask {
  const Real* a;  // first output row of the tile
  const Real* target;
  Real* d;
  Real* losses;
  std::int32_t outputs, width, valid;
  Real inverse_outputs, scale;  // 1 / outputs and 2 / (outputs * batch)
};

template <class Real>
struct AdamTask {
  OptimizerParams params;
  std::int64_t count;
  Real* weights;
  const Real* gradient;
  Real* m;  // or null
  Real* v;  // or null
};

// Running totals in double, so that a chunk of rows has one figure whatever its tiles.
struct StatSums {
  double sum, square, max_abs, zeros;
};

template <class Real>
struct StatsTask {
  TileRows at;
  const Real* tile;
  StatSums* sums;  // added to
};

// Samples of a tile against its rows: features [first, last) of source row chosen[lane].
template <class Real>
struct PackTask {
  const void* source;
  const std::int64_t* chosen;  // of this tile's samples
  std::int64_t features;       // source elements per sample
  std::int32_t first, last;
  std::int32_t width, valid;
  Real* tile;  // panel row of feature 0
};

template <class Real>
struct UnpackTask {
  const Real* tile;  // panel row of feature 0
  Real* out;         // row of the tile's first sample
  std::int64_t features;
  std::int32_t first, last;
  std::int32_t width, valid;
};

template <class Real>
struct GatherTask {
  const std::int32_t* map;  // places in `in`, or below 0 for `fill`
  std::int64_t count;
  const Real* in;
  std::int64_t limit;  // length of `in`
  Real fill;
  Real* out;
};

template <class Real>
struct KernelTable {
  void (*spmm_tile[3])(const SpmmTask<Real>&);  // tile widths 8, 16, 32
  void (*spmm_scalar)(const SpmmTask<Real>&);   // batch 1
  void (*spmm_vector)(const SpmmTask<Real>&);   // batch 1
  void (*sddmm_tile[3])(const SddmmTask<Real>&);
  void (*sddmm_scalar)(const SddmmTask<Real>&);
  void (*row_sum)(const RowSumTask<Real>&);
  void (*activate)(const ActivateTask<Real>&);
  void (*activate_grad)(const ActivateTask<Real>&);
  void (*dropout)(const DropoutTask<Real>&);
  void (*softmax_xent)(const SoftmaxTask<Real>&);
  void (*mse)(const MseTask<Real>&);
  void (*adam)(const AdamTask<Real>&);
  std::int32_t (*gather)(const GatherTask<Real>&);
  void (*level_stats)(const StatsTask<Real>&);
  void (*pack_f32)(const PackTask<Real>&);  // by element type of the source
  void (*pack_f64)(const PackTask<Real>&);
  void (*unpack)(const UnpackTask<Real>&);
};

struct KernelSet {
  const char* isa;
  KernelTable<float> f32;
  KernelTable<double> f64;
};

template <class Real>
const KernelTable<Real>& table_of(const KernelSet& set) {
  if constexpr (sizeof(Real) == 4) {
    return set.f32;
  } else {
    return set.f64;
  }
}

// Slot of a tile width in the arrays above.
inline int width_slot(std::int32_t width) { return width == 8 ? 0 : width == 16 ? 1 : 2; }

extern const KernelSet kernels_baseline;
extern const KernelSet kernels_avx2;
extern const KernelSet kernels_avx512;
extern const KernelSet kernels_neon;

}  // namespace sparsegrow::cpu
