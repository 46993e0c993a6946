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

// dx[column[e]] += values[e] * dy[row of e] for the edges of rows [first, last), at batch 1.
template <class Real>
struct ScatterTask {
  const std::int32_t* row_begin;
  const std::int32_t* column;
  const Real* values;
  const Real* dy;
  Real* dx;
  std::int32_t first, last;
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
  bool from_output;  // activate_grad of tanh and sigmoid: z holds f(z)
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

// A tile of the panel that one-hot rows are added to, or whose gradient they take.
template <class Real>
struct EmbedTile {
  Real* panel;  // row 0 of the tile (dense rows) or its first output (ragged rows)
  std::int32_t width, valid;
  std::int32_t first_column;  // sample in lane 0
};

// A chunk of 8, 16 or 32 neurons of one block of dense one-hot rows.
template <class Real>
struct EmbedBlockTask {
  const Real* weight;  // of the chunk in row 0; row r is r * stride further
  const Real* gate;
  const Real* bias;            // by panel row
  const std::int32_t* rows;    // panel rows of the chunk's neurons
  const std::uint8_t* symbol;  // LiveSymbols
  const std::int32_t* column;
  const std::int32_t* begin;
  Real* product;   // embed: room for positions x symbols x chunk
  Real* turned;    // embed_grad: room for padded batch x chunk
  Real* gradient;  // embed_grad: as weight
  std::int32_t neurons, stride, positions, symbols, batch;
};

template <class Real>
struct EmbedRowTask {
  const Real* weight;
  const Real* gate;
  const Real* bias;               // of the first output
  const std::int32_t* row_begin;  // InputRows
  const std::int32_t* target;
  const std::int32_t* sample_begin;  // LiveRows
  const std::int32_t* row;
  const std::int32_t* live;
  const std::int32_t* live_begin;
  const std::int32_t* column;
  Real* turned;  // room for padded_outputs x 8 samples (embed) or x padded batch (embed_grad)
  Real* gradient;
  std::int32_t outputs, padded_outputs;  // the latter a multiple of 8
};

template <class Real>
struct GatedTask {
  OptimizerParams params;
  const Real* gradient;  // of the product, by edge
  Real* weight;
  Real* gate;
  Real* weight_sum;
  Real* gate_sum;
};

// Where the lanes of one time step are.
struct CellStep {
  std::int64_t panel_tile, tape_tile;  // element of the tile's row 0
  std::int32_t width, lane;
};

// One memory neuron and `lanes` (1 or 8) of its streams.
template <class Real>
struct CellTask {
  const Real* parameters;  // [kCellParameters][rows]
  const Real* before;      // [2][streams][rows]
  Real* after;
  Real* panel;
  Real* tape;
  Real* dparameters;
  const CellStep* steps;
  std::int64_t rows, streams, cells;
  std::int32_t row, cell, stream, lanes, step_count;
};

template <class Real>
struct GateTask {
  std::int64_t count;
  const Real* weight;
  const Real* gate;
  const Real* dproduct;
  Real* product;
  Real* dweight;
  Real* dgate;
};

template <class Real>
struct KernelTable {
  void (*spmm_tile[3])(const SpmmTask<Real>&);  // tile widths 8, 16, 32
  void (*spmm_scalar)(const SpmmTask<Real>&);   // batch 1
  void (*spmm_vector)(const SpmmTask<Real>&);   // batch 1
  void (*spmm_t_scatter)(const ScatterTask<Real>&);
  void (*sddmm_tile[3])(const SddmmTask<Real>&);
  void (*sddmm_scalar)(const SddmmTask<Real>&);
  void (*row_sum)(const RowSumTask<Real>&);
  void (*activate)(const ActivateTask<Real>&);
  void (*activate_grad)(const ActivateTask<Real>&);
  void (*dropout)(const DropoutTask<Real>&);
  void (*softmax_xent)(const SoftmaxTask<Real>&);
  void (*mse)(const MseTask<Real>&);
  void (*adam)(const AdamTask<Real>&);
  void (*embed_block_product[3])(const EmbedBlockTask<Real>&);  // chunks of 8, 16, 32 neurons
  void (*embed_block[3])(const EmbedBlockTask<Real>&, const EmbedTile<Real>&);
  void (*embed_block_turn[3])(const EmbedBlockTask<Real>&, const EmbedTile<Real>&);
  void (*embed_grad_block[3])(const EmbedBlockTask<Real>&);
  void (*embed_update_block)(const EmbedBlockTask<Real>&, const GatedTask<Real>&);
  void (*embed_row)(const EmbedRowTask<Real>&, const EmbedTile<Real>&);
  void (*embed_row_turn)(const EmbedRowTask<Real>&, const EmbedTile<Real>&);
  void (*embed_grad_row)(const EmbedRowTask<Real>&, std::int64_t first, std::int64_t last);
  void (*embed_update_row)(const EmbedRowTask<Real>&, const GatedTask<Real>&, std::int64_t first,
                           std::int64_t last);
  void (*cell)(const CellTask<Real>&);
  void (*cell_grad)(const CellTask<Real>&);
  void (*gate)(const GateTask<Real>&);
  void (*gate_grad)(const GateTask<Real>&);
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
