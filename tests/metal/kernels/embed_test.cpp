// embed_*, embed_grad_* and embed_update_*, on dense and on ragged one-hot rows. What the kernels
// are told of a table is made here once more, from the definitions in embed_arguments.h.
#include "kernel_cases.h"
#include "metal/kernels/embed_arguments.h"
#include "reference/one_hot.h"

namespace sparsegrow::test {
namespace {

using namespace reference;

constexpr std::int32_t kSymbols = 11, kPositions = 6, kFirstOutput = 3;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

Ints embed_batches() {
  return software_gpu::under_thread_sanitizer() ? Ints{7} : Ints{1, 3, 8, 31, 33, 100};
}

struct Dense {
  InputBlocks table = blocks_of(kSymbols, {{1, 1}, {3, 8}, {2, 0}, {5, 13}, {2, 40}});
  LiveSymbols live;
  std::vector<EmbedNeuron> neurons;
  std::vector<EmbedLiveRow> rows_live;
  explicit Dense(std::int32_t batch) : live(symbols_of(batch, kPositions, kSymbols, 5)) {
    for (const InputBlock& block : table.blocks) {
      for (std::int32_t j = 0; j < block.neurons; ++j) {
        const std::int32_t row = table.rows[at(block.first + j)];
        neurons.push_back({block.begin + j, row, block.positions, block.stride});
      }
    }
    for (std::int32_t p = 0; p < kPositions; ++p) {
      for (std::int32_t c = 0; c < kSymbols; ++c) {
        const std::int32_t* const begin = &live.begin[at(p * (kSymbols + 1) + c)];
        if (begin[0] == begin[1]) continue;
        rows_live.push_back({p * kSymbols + c, p * batch + begin[0], p * batch + begin[1]});
      }
    }
  }
  std::int64_t elements() const { return table.elements; }
  std::int32_t rows() const { return panel_rows(table); }
  std::int32_t row_of(std::int32_t target) const { return target; }
  bool sets(std::int32_t row) const {
    return std::find(table.rows.begin(), table.rows.end(), row) != table.rows.end();
  }
  EmbedBlockArguments arguments() const {
    return {{rows(), live.batch}, static_cast<std::int32_t>(neurons.size()), kSymbols};
  }
  void embed(const Floats& weight, const Floats& gate, const Floats& bias, Floats& z) const {
    KernelLaunch launch = KERNEL(embed_block_f32);
    launch.arg(neurons).arg(live.symbol).arg(weight).arg(gate).arg(bias).arg(z);
    launch.params(arguments()).over(arguments().neurons, padded_batch(live.batch));
  }
  void grad(const Floats& dz, Floats& gradient) const {
    KernelLaunch launch = KERNEL(embed_grad_block_f32);
    launch.arg(neurons).arg(rows_live).arg(live.column).arg(dz).arg(gradient);
    launch.params(arguments()).over(arguments().neurons, static_cast<int>(rows_live.size()));
  }
  void update(const OptimizerParams& p, const Floats& gradient, std::vector<Floats>& edges) const {
    KernelLaunch launch = KERNEL(embed_update_block_f32);
    launch.arg(neurons).arg(rows_live).arg(gradient);
    for (const Floats& array : edges) launch.arg(array);
    launch.params(EmbedUpdateBlockArguments{narrowed(p), arguments().neurons, kSymbols});
    launch.over(arguments().neurons, static_cast<int>(rows_live.size()));
  }
};

struct Ragged {
  InputRows table = rows_of(60, 37, 8);
  LiveRows live;
  explicit Ragged(std::int32_t batch) : live(live_of(table, batch, 9)) {}
  std::int64_t elements() const { return table.edges(); }
  std::int32_t rows() const { return table.outputs + kFirstOutput + 2; }
  std::int32_t row_of(std::int32_t target) const { return target + kFirstOutput; }
  bool sets(std::int32_t row) const {
    return row >= kFirstOutput && row < kFirstOutput + table.outputs;
  }
  // The edges of some inputs, and their outputs one input after another.
  std::vector<EmbedRun> runs(const Ints& inputs, Ints& targets) const {
    std::vector<EmbedRun> all;
    for (const std::int32_t input : inputs) {
      const std::int32_t first = table.row_begin[at(input)], last = table.row_begin[at(input) + 1];
      all.push_back({first, last - first, static_cast<std::int32_t>(targets.size())});
      targets.insert(targets.end(), table.target.begin() + first, table.target.begin() + last);
    }
    return all;
  }
  EmbedRowArguments arguments(std::int32_t count) const {
    return {{rows(), live.batch}, kFirstOutput, table.outputs, count};
  }
  void embed(const Floats& weight, const Floats& gate, const Floats& bias, Floats& z) const {
    Ints targets;
    const auto all = runs(live.row, targets);
    const std::int32_t columns = padded_batch(live.batch);
    KernelLaunch launch = KERNEL(embed_row_f32);
    launch.arg(live.sample_begin).arg(all).arg(targets).arg(weight).arg(gate).arg(bias).arg(z);
    launch.params(arguments(columns)).over_groups(columns);
  }
  void grad(const Floats& dz, Floats& gradient) const {
    Ints targets;
    const auto all = runs(live.live, targets);
    const auto count = static_cast<std::int32_t>(all.size());
    KernelLaunch launch = KERNEL(embed_grad_row_f32);
    launch.arg(all).arg(targets).arg(live.live_begin).arg(live.column).arg(dz).arg(gradient);
    launch.params(arguments(count)).over_groups(count);
  }
  void update(const OptimizerParams& p, const Floats& gradient, std::vector<Floats>& edges) const {
    Ints targets;
    const auto all = runs(live.live, targets);
    const auto count = static_cast<std::int32_t>(all.size());
    KernelLaunch launch = KERNEL(embed_update_row_f32);
    launch.arg(all).arg(gradient);
    for (const Floats& array : edges) launch.arg(array);
    launch.params(EmbedUpdateRowArguments{narrowed(p), count}).over_groups(count);
  }
};

template <class Table>
void check_embed(std::int32_t batch) {
  const Table t(batch);
  const auto weight = random_values(t.elements(), 1), gate = random_values(t.elements(), 2);
  const auto bias = random_values(t.rows(), 6);
  Matrix z(t.rows(), batch, 7.0), size(t.rows(), batch, 7.0);
  for (std::int32_t r = 0; r < t.rows(); ++r) {
    for (std::int32_t b = 0; t.sets(r) && b < batch; ++b)
      z.at(r, b) = bias[at(r)], size.at(r, b) = 1;
  }
  for_live(t.table, t.live, [&](std::size_t e, std::int32_t target, std::int32_t b) {
    z.at(t.row_of(target), b) += weight[e] * gate[e];
    size.at(t.row_of(target), b) += std::fabs(weight[e] * gate[e]);
  });
  Floats out = panel_of(Matrix(t.rows(), batch, 7.0));
  t.embed(floats(weight), floats(gate), floats(bias), out);
  require_close(matrix_of(out, t.rows(), batch).data, z.data, size.data, 16 * kEpsilon);
}

template <class Table>
void check_grad(std::int32_t batch) {
  const Table t(batch);
  const Matrix dz = random_matrix(t.rows(), batch, 12);
  // What is not live keeps its value.
  std::vector<double> expected(at(t.elements()), 5), size(at(t.elements()), 0);
  for_live(t.table, t.live, [&](std::size_t e, std::int32_t target, std::int32_t b) {
    if (size[e] == 0) expected[e] = 0;
    expected[e] += dz.at(t.row_of(target), b);
    size[e] += std::fabs(dz.at(t.row_of(target), b));
  });
  Floats gradient(expected.size(), 5);
  t.grad(panel_of(dz), gradient);
  require_close(doubles(gradient), expected, size, (batch + 1) * kEpsilon);
}

// Both factors of an edge take a step of adagrad, from what they were before.
template <class Table>
void check_update(std::int32_t batch) {
  const Table t(batch);
  const OptimizerParams p = {OptimizerKind::adagrad, 0.125f, 0, 0, 0, 0.0625f, 0, 0, 0, 0};
  const auto gradient = random_values(t.elements(), 15);
  std::vector<std::vector<double>> edges = {
      random_values(t.elements(), 1), random_values(t.elements(), 2),
      magnitudes(random_values(t.elements(), 3)), magnitudes(random_values(t.elements(), 4))};
  std::vector<Floats> got;
  for (const auto& array : edges) got.push_back(floats(array));
  t.update(p, floats(gradient), got);
  std::vector<bool> live(gradient.size(), false);
  for_live(t.table, t.live, [&](std::size_t e, std::int32_t, std::int32_t) { live[e] = true; });
  for (std::size_t e = 0; e < live.size(); ++e) {
    if (!live[e]) continue;
    const double slopes[2] = {edges[1][e] * gradient[e], edges[0][e] * gradient[e]};
    for (std::size_t k = 0; k < 2; ++k) {
      edges[2 + k][e] += slopes[k] * slopes[k];
      edges[k][e] -= 0.125 * slopes[k] / (std::sqrt(edges[2 + k][e]) + 0.0625);
    }
  }
  for (std::size_t k = 0; k < edges.size(); ++k)
    require_close(doubles(got[k]), edges[k], 16 * kEpsilon);
}

template <class Table>
void check_all() {
  for (const std::int32_t batch : embed_batches()) {
    INFO("batch " << batch);
    check_embed<Table>(batch);
    check_grad<Table>(batch);
    check_update<Table>(batch);
  }
}

TEST_CASE("embed kernels agree with the oracle on dense rows") { check_all<Dense>(); }
TEST_CASE("embed kernels agree with the oracle on ragged rows") { check_all<Ragged>(); }

}  // namespace
}  // namespace sparsegrow::test
