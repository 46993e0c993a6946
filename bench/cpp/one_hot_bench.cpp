// One-hot verbs and memory cells at the size of a grown network: 98 blocks of 8 positions and 24
// neurons, 100,000 ragged inputs, 200 cells; 1,024 samples.
#include "kernel_shapes.h"
#include "reference/one_hot.h"

namespace sparsegrow {
namespace {

using namespace reference;

constexpr std::int32_t kBatch = 1024, kSymbols = 98, kPositions = 8;

// Edges of one table with what the optimizer keeps of them.
struct Edges {
  std::unique_ptr<Buffer> weight, gate, weight_sum, gate_sum;
  std::vector<double> product;
  Edges(Backend& b, std::int64_t count) {
    const auto w = random_values(count, 1), g = random_values(count, 2);
    for (std::size_t e = 0; e < w.size(); ++e) product.push_back(w[e] * g[e]);
    weight = make_buffer<float>(b, w), gate = make_buffer<float>(b, g);
    weight_sum = make_buffer<float>(b, magnitudes(random_values(count, 3)));
    gate_sum = make_buffer<float>(b, magnitudes(random_values(count, 4)));
  }
  GatedEdges view() const { return {weight.get(), gate.get(), weight_sum.get(), gate_sum.get()}; }
};

OptimizerParams adagrad() {
  OptimizerParams p{};
  p.kind = OptimizerKind::adagrad, p.rate = 1e-6f, p.epsilon = 1e-3f;
  return p;
}

// The sums that embed should make and the gradients that embed_grad should, checked at once.
template <class Table, class Live>
void check(Backend& backend, const Table& table, const Live& live, const Edges& edges,
           const Panel& z, const Buffer& gradient, const Matrix& d) {
  Matrix sums(z.rows(), kBatch), sizes(z.rows(), kBatch, 1e-3);
  std::vector<double> expected(edges.product.size(), 0), magnitude(expected.size(), 1e-3);
  for_live(table, live, [&](std::size_t e, std::int32_t row, std::int32_t b) {
    sums.at(row, b) += edges.product[e];
    sizes.at(row, b) += std::fabs(edges.product[e]);
    expected[e] += d.at(row, b);
    magnitude[e] += std::fabs(d.at(row, b));
  });
  require_close(read_panel<float>(backend, z).data, sums.data, sizes.data, 64 * epsilon<float>());
  require_close(read_buffer<float>(backend, gradient), expected, magnitude,
                kBatch * epsilon<float>());
}

// What embed_update should make of the live edges, and that it leaves the others alone; at a rate
// that shows in float32.
template <class Table, class Live>
void check_update(Backend& backend, const Table& table, const Live& live, const Buffer& gradient,
                  const Edges& edges) {
  OptimizerParams p = adagrad();
  p.rate = 0.125f;
  const auto g = read_buffer<float>(backend, gradient);
  const Buffer* const kept[] = {edges.weight.get(), edges.gate.get(), edges.weight_sum.get(),
                                edges.gate_sum.get()};
  std::vector<double> expected[4];
  for (int k = 0; k < 4; ++k) expected[k] = read_buffer<float>(backend, *kept[k]);
  std::vector<bool> is_live(g.size(), false);
  for_live(table, live, [&](std::size_t e, std::int32_t, std::int32_t) { is_live[e] = true; });
  for (std::size_t e = 0; e < g.size(); ++e) {
    if (!is_live[e]) continue;
    double none = 0;
    const double dweight = g[e] * expected[1][e], dgate = g[e] * expected[0][e];
    optimizer_step(p, dweight, expected[0][e], none, expected[2][e]);
    optimizer_step(p, dgate, expected[1][e], none, expected[3][e]);
  }
  backend.embed_update(p, DType::f32, table, live, gradient, edges.view());
  for (int k = 0; k < 4; ++k) {
    auto size = magnitudes(expected[k]);
    for (double& one : size) one += 1;
    require_close(read_buffer<float>(backend, *kept[k]), expected[k], size, 16 * epsilon<float>());
  }
}

TEST_CASE("embed on dense rows", "[!benchmark]") {
  const auto backend = make_cpu_backend();
  const InputBlocks table =
      blocks_of(kSymbols, std::vector<std::pair<std::int32_t, std::int32_t>>(98, {kPositions, 24}));
  const LiveSymbols live = symbols_of(kBatch, kPositions, kSymbols, 5);
  const Edges edges(*backend, table.elements);
  const std::int32_t rows = panel_rows(table);
  const auto bias = make_buffer<float>(*backend, std::vector<double>(std::size_t(rows), 0));
  const Matrix d = random_matrix(rows, kBatch, 6);
  const Panel dz = make_panel<float>(*backend, d);
  Panel z = make_panel<float>(*backend, Matrix(rows, kBatch));
  const auto gradient = make_buffer<float>(
      *backend, std::vector<double>(static_cast<std::size_t>(table.elements), 0));
  const auto embed = [&] { backend->embed(table, live, edges.view(), *bias, z); };
  const auto grad = [&] { backend->embed_grad(table, live, dz, *gradient); };
  const auto update = [&] {
    backend->embed_update(adagrad(), DType::f32, table, live, *gradient, edges.view());
  };
  embed();
  grad();
  check(*backend, table, live, edges, z, *gradient, d);
  check_update(*backend, table, live, *gradient, edges);
  const double sums = 98.0 * 24 * kPositions * kBatch;
  report("embed_block", "98 x 8 x 24", sums, "G/s", embed);
  report("embed_grad_block", "98 x 8 x 24", sums, "G/s", grad);
  report("embed_update_block", "98 x 8 x 24", double(table.elements), "G/s", update);
}

TEST_CASE("embed on ragged rows", "[!benchmark]") {
  const auto backend = make_cpu_backend();
  const InputRows table = rows_of(100000, 98, 7);
  const LiveRows live = live_of(table, kBatch, 8);
  const Edges edges(*backend, table.edges());
  const auto bias = make_buffer<float>(*backend, std::vector<double>(98, 0));
  const Matrix d = random_matrix(98, kBatch, 6);
  const Panel dz = make_panel<float>(*backend, d);
  Panel z = make_panel<float>(*backend, Matrix(98, kBatch));
  const auto gradient =
      make_buffer<float>(*backend, std::vector<double>(std::size_t(table.edges()), 0));
  const auto embed = [&] { backend->embed(table, live, edges.view(), *bias, 0, z); };
  const auto grad = [&] { backend->embed_grad(table, live, 0, dz, *gradient); };
  const auto update = [&] {
    backend->embed_update(adagrad(), DType::f32, table, live, *gradient, edges.view());
  };
  embed();
  grad();
  check(*backend, table, live, edges, z, *gradient, d);
  check_update(*backend, table, live, *gradient, edges);
  double sums = 0;
  for_live(table, live, [&](std::size_t, std::int32_t, std::int32_t) { ++sums; });
  report("embed_row", "100,000 inputs", sums, "G/s", embed);
  report("embed_grad_row", "100,000 inputs", sums, "G/s", grad);
  report("embed_update_row", "100,000 inputs", sums, "G/s", update);
}

constexpr std::int32_t kCells = 200, kStreams = 32;

// z' of one cell, over the steps of each stream.
std::vector<double> run_cell(const std::vector<double>& p, std::vector<double> z) {
  for (std::int32_t s = 0; s < kStreams; ++s) {
    std::vector<double> steps;
    for (std::int32_t b = s; b < kBatch; b += kStreams) steps.push_back(z[std::size_t(b)]);
    double c = 0, h = 0;
    reference::cell(p, steps, c, h);
    for (std::size_t t = 0; t < steps.size(); ++t) z[t * kStreams + std::size_t(s)] = steps[t];
  }
  return z;
}

std::vector<double> parameters_of(const std::vector<double>& all, std::int32_t row) {
  std::vector<double> own;
  for (int k = 0; k < kCellParameters; ++k) own.push_back(all[std::size_t(k * kCells + row)]);
  return own;
}

std::vector<double> row_of(const Matrix& m, std::int32_t row) {
  std::vector<double> own;
  for (std::int32_t b = 0; b < m.batch; ++b) own.push_back(m.at(row, b));
  return own;
}

// Gradients of a few cells against finite differences; d are those of z'.
void check_cell_grad(const std::vector<double>& p, const Matrix& z, const Matrix& d,
                     const std::vector<double>& dp, const Matrix& dz) {
  for (const std::int32_t row : {0, 77, kCells - 1}) {
    auto own = parameters_of(p, row), in = row_of(z, row);
    const auto weights = row_of(d, row), dparameters = parameters_of(dp, row);
    const auto slope = [&](double& at) {
      constexpr double h = 1e-5;
      const double kept = at;
      at = kept + h;
      const double high = dot(run_cell(own, in), weights);
      at = kept - h;
      const double low = dot(run_cell(own, in), weights);
      at = kept;
      return (high - low) / (2 * h);
    };
    constexpr double kTolerance = 50 * kBatch * epsilon<float>();
    for (std::size_t k = 0; k < own.size(); ++k) {
      REQUIRE(std::fabs(dparameters[k] - slope(own[k])) < kTolerance);
    }
    for (std::int32_t b = 0; b < kBatch; b += 111) {
      REQUIRE(std::fabs(dz.at(row, b) - slope(in[std::size_t(b)])) < kTolerance);
    }
  }
}

TEST_CASE("cell", "[!benchmark]") {
  const auto backend = make_cpu_backend();
  std::vector<std::int32_t> rows(kCells);
  for (std::int32_t k = 0; k < kCells; ++k) rows[std::size_t(k)] = k;
  const CellRows cells{rows, rows, kStreams};
  const auto p = random_values(kCellParameters * kCells, 1);
  const auto parameters = make_buffer<float>(*backend, p);
  const auto zero = std::vector<double>(2 * kStreams * kCells, 0);
  const auto before = make_buffer<float>(*backend, zero),
             after = make_buffer<float>(*backend, zero);
  auto dparameters = make_buffer<float>(*backend, p);
  const Matrix start = random_matrix(kCells, kBatch, 2);
  Panel z = make_panel<float>(*backend, start);
  Panel tape(*backend, DType::f32, kCellTape * kCells, kBatch);
  const auto run = [&] { backend->cell(cells, *parameters, *before, *after, z, tape); };
  run();
  Matrix expected = start;
  for (std::int32_t row = 0; row < kCells; ++row) {
    const auto own = run_cell(parameters_of(p, row), row_of(start, row));
    for (std::int32_t b = 0; b < kBatch; ++b) expected.at(row, b) = own[std::size_t(b)];
  }
  const std::vector<double> size(expected.data.size(), 1.0);
  require_close(read_panel<float>(*backend, z).data, expected.data, size, 1000 * epsilon<float>());
  const Matrix d = random_matrix(kCells, kBatch, 3);
  Panel dz = make_panel<float>(*backend, d);
  const auto grad = [&] {
    backend->cell_grad(cells, *parameters, *before, tape, dz, *dparameters);
  };
  grad();
  check_cell_grad(p, start, d, read_buffer<float>(*backend, *dparameters),
                  read_panel<float>(*backend, dz));
  report("cell", "200 cells", double(kCells) * kBatch, "G/s", run);
  report("cell_grad", "200 cells", double(kCells) * kBatch, "G/s", grad);
}

}  // namespace
}  // namespace sparsegrow
