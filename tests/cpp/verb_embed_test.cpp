// embed, embed_grad and embed_update, on dense and on ragged one-hot rows.
#include "errors.h"
#include "reference/one_hot.h"
#include "verb_support.h"

namespace sparsegrow {
namespace {

using namespace reference;
using test::error_of;

constexpr std::int32_t kSymbols = 11;
const std::vector<std::pair<std::int32_t, std::int32_t>> kSizes = {{1, 1},  {3, 8},  {2, 0},
                                                                   {5, 13}, {4, 24}, {2, 40}};
constexpr std::int32_t kFirstOutput = 3;

// What both kinds of tables are tried with: a table, its live inputs, and how to call the verbs.
struct Dense {
  InputBlocks table = blocks_of(kSymbols, kSizes);
  LiveSymbols live;
  explicit Dense(std::int32_t batch) : live(symbols_of(batch, 6, kSymbols, 5)) {}
  std::int64_t elements() const { return table.elements; }
  std::int32_t rows() const { return panel_rows(table); }
  std::int32_t row_of(std::int32_t target) const { return target; }
  void embed(Backend& b, const GatedEdges& e, const Buffer& bias, Panel& z) const {
    b.embed(table, live, e, bias, z);
  }
  void grad(Backend& b, const Panel& dz, Buffer& g) const { b.embed_grad(table, live, dz, g); }
  void update(Backend& b, const OptimizerParams& p, DType t, const Buffer& g,
              const GatedEdges& e) const {
    b.embed_update(p, t, table, live, g, e);
  }
  bool sets(std::int32_t row) const {
    return std::find(table.rows.begin(), table.rows.end(), row) != table.rows.end();
  }
};

struct Ragged {
  InputRows table = rows_of(60, 37, 8);
  LiveRows live;
  explicit Ragged(std::int32_t batch) : live(live_of(table, batch, 9)) {}
  std::int64_t elements() const { return table.edges(); }
  std::int32_t rows() const { return table.outputs + kFirstOutput + 2; }
  std::int32_t row_of(std::int32_t target) const { return target + kFirstOutput; }
  void embed(Backend& b, const GatedEdges& e, const Buffer& bias, Panel& z) const {
    b.embed(table, live, e, bias, kFirstOutput, z);
  }
  void grad(Backend& b, const Panel& dz, Buffer& g) const {
    b.embed_grad(table, live, kFirstOutput, dz, g);
  }
  void update(Backend& b, const OptimizerParams& p, DType t, const Buffer& g,
              const GatedEdges& e) const {
    b.embed_update(p, t, table, live, g, e);
  }
  bool sets(std::int32_t row) const {
    return row >= kFirstOutput && row < kFirstOutput + table.outputs;
  }
};

const std::vector<std::int32_t> kBatches = {1, 3, 8, 31, 33, 100};

// Weights, gates and sums of squares of a table, as buffers.
template <class Real>
struct Edges {
  std::vector<double> weight, gate, weight_sum, gate_sum;
  std::unique_ptr<Buffer> buffers[4];
  Edges(Backend& b, std::int64_t count)
      : weight(random_values(count, 1)),
        gate(random_values(count, 2)),
        weight_sum(magnitudes(random_values(count, 3))),
        gate_sum(magnitudes(random_values(count, 4))) {
    const std::vector<double>* all[] = {&weight, &gate, &weight_sum, &gate_sum};
    for (int k = 0; k < 4; ++k) buffers[k] = make_buffer<Real>(b, *all[k]);
  }
  GatedEdges view() const {
    return {buffers[0].get(), buffers[1].get(), buffers[2].get(), buffers[3].get()};
  }
};

template <class Table>
void check_embed() {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    for (const std::int32_t batch : kBatches) {
      INFO("batch " << batch);
      const Table t(batch);
      const Edges<Real> edges(backend, t.elements());
      const auto bias = random_values(t.rows(), 6);
      Matrix z(t.rows(), batch, 7.0), size(t.rows(), batch, 7.0);
      for (std::int32_t r = 0; r < t.rows(); ++r) {
        for (std::int32_t b = 0; t.sets(r) && b < batch; ++b) {
          z.at(r, b) = bias[static_cast<std::size_t>(r)];
          size.at(r, b) = 1;
        }
      }
      for_live(t.table, t.live, [&](std::size_t e, std::int32_t target, std::int32_t b) {
        z.at(t.row_of(target), b) += edges.weight[e] * edges.gate[e];
        size.at(t.row_of(target), b) += std::fabs(edges.weight[e] * edges.gate[e]);
      });
      Panel out = make_panel<Real>(backend, Matrix(t.rows(), batch, 7.0));
      t.embed(backend, edges.view(), *make_buffer<Real>(backend, bias), out);
      require_close(read_panel<Real>(backend, out).data, z.data, size.data, 16 * epsilon<Real>());
    }
  });
}

template <class Table>
void check_grad() {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    for (const std::int32_t batch : kBatches) {
      INFO("batch " << batch);
      const Table t(batch);
      const Matrix d = random_matrix(t.rows(), batch, 12);
      const auto count = static_cast<std::size_t>(t.elements());
      std::vector<double> expected(count, 0), size(count, 0);
      std::vector<bool> live(count, false);
      for_live(t.table, t.live, [&](std::size_t e, std::int32_t target, std::int32_t b) {
        expected[e] += d.at(t.row_of(target), b);
        size[e] += std::fabs(d.at(t.row_of(target), b));
        live[e] = true;
      });
      const auto gradient = make_buffer<Real>(backend, std::vector<double>(count, 5.0));
      t.grad(backend, make_panel<Real>(backend, d), *gradient);
      auto got = read_buffer<Real>(backend, *gradient);
      for (std::size_t e = 0; e < count; ++e) {
        // What is not live keeps its value; padding of a live dense row is zero.
        if (!live[e] && got[e] != 0) REQUIRE(got[e] == 5.0);
        if (!live[e]) got[e] = 0;
      }
      require_close(got, expected, size, (batch + 1) * epsilon<Real>());
    }
  });
}

template <class Table>
void check_update() {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    const Table t(33);
    const auto count = t.elements();
    Edges<Real> sparse(backend, count), dense(backend, count);
    OptimizerParams p{};
    p.kind = OptimizerKind::adagrad, p.rate = 0.125f, p.epsilon = 0.0625f;
    auto gradient = random_values(count, 15);
    std::vector<bool> live(static_cast<std::size_t>(count), false);
    for_live(t.table, t.live, [&](std::size_t e, std::int32_t, std::int32_t) { live[e] = true; });
    for (std::size_t e = 0; e < live.size(); ++e) gradient[e] = live[e] ? gradient[e] : 0;
    const auto g = make_buffer<Real>(backend, gradient);
    t.update(backend, p, dtype_of<Real>(), *g, sparse.view());
    // The dense update of everything: weights by gate * g, gates by weight * g.
    auto dw = gradient, dgate = gradient;
    for (std::size_t e = 0; e < live.size(); ++e) {
      dw[e] = static_cast<Real>(static_cast<Real>(gradient[e]) * static_cast<Real>(dense.gate[e]));
      dgate[e] =
          static_cast<Real>(static_cast<Real>(gradient[e]) * static_cast<Real>(dense.weight[e]));
    }
    backend.adam(p, dtype_of<Real>(), count, *dense.buffers[0], *make_buffer<Real>(backend, dw),
                 nullptr, dense.buffers[2].get());
    backend.adam(p, dtype_of<Real>(), count, *dense.buffers[1], *make_buffer<Real>(backend, dgate),
                 nullptr, dense.buffers[3].get());
    const std::vector<double> size(live.size(), 2.0);
    for (int k = 0; k < 4; ++k) {
      require_close(read_buffer<Real>(backend, *sparse.buffers[k]),
                    read_buffer<Real>(backend, *dense.buffers[k]), size, 8 * epsilon<Real>());
    }
    const auto before = Edges<Real>(backend, count);
    for (int k = 0; k < 4; ++k) {
      const auto was = read_buffer<Real>(backend, *before.buffers[k]),
                 is = read_buffer<Real>(backend, *sparse.buffers[k]);
      for (std::size_t e = 0; e < live.size(); ++e) {
        if (!live[e] && gradient[e] == 0) REQUIRE(is[e] == was[e]);
      }
    }
  });
}

template <class Table>
void check_threads() {
  const auto backend = test_backend();
  require_same_bits([&] {
    const Table t(100);
    const Edges<float> edges(*backend, t.elements());
    Panel z = make_panel<float>(*backend, Matrix(t.rows(), 100));
    t.embed(*backend, edges.view(), *make_buffer<float>(*backend, random_values(t.rows(), 6)), z);
    const auto gradient = backend->allocate(static_cast<std::size_t>(t.elements()) * 4);
    t.grad(*backend, z, *gradient);
    auto bytes = bytes_of(*backend, z);
    const auto more = bytes_of(*backend, *gradient);
    bytes.insert(bytes.end(), more.begin(), more.end());
    return bytes;
  });
}

TEST_CASE("embed agrees with the oracle on dense rows") { check_embed<Dense>(); }
TEST_CASE("embed agrees with the oracle on ragged rows") { check_embed<Ragged>(); }
TEST_CASE("embed_grad agrees with the oracle on dense rows") { check_grad<Dense>(); }
TEST_CASE("embed_grad agrees with the oracle on ragged rows") { check_grad<Ragged>(); }
TEST_CASE("embed_update is the dense update on dense rows") { check_update<Dense>(); }
TEST_CASE("embed_update is the dense update on ragged rows") { check_update<Ragged>(); }
TEST_CASE("one-hot verbs keep their bits for any number of threads") {
  check_threads<Dense>();
  check_threads<Ragged>();
}

TEST_CASE("a sample's sum does not depend on its place in the batch") {
  const auto backend = test_backend();
  const Dense t(100);
  const Edges<float> edges(*backend, t.elements());
  const auto bias = make_buffer<float>(*backend, random_values(t.rows(), 6));
  Panel all = make_panel<float>(*backend, Matrix(t.rows(), 100));
  t.embed(*backend, edges.view(), *bias, all);
  for (const std::int32_t b : {0, 31, 32, 64, 99}) {
    Dense one(1);
    for (std::int32_t p = 0; p < one.live.positions; ++p) {
      const auto symbol = t.live.symbol[static_cast<std::size_t>(p * 100 + b)];
      one.live.symbol[static_cast<std::size_t>(p)] = symbol;
      for (std::int32_t c = 0; c <= kSymbols; ++c) {
        one.live.begin[static_cast<std::size_t>(p * (kSymbols + 1) + c)] = c > symbol;
      }
    }
    Panel z = make_panel<float>(*backend, Matrix(t.rows(), 1));
    one.embed(*backend, edges.view(), *bias, z);
    backend->finish();
    for (const std::int32_t row : t.table.rows) {
      REQUIRE(z.as<float>()[panel_index(z, row, 0)] == all.as<float>()[panel_index(all, row, b)]);
    }
  }
}

TEST_CASE("one-hot verbs say what is wrong") {
  const auto backend = test_backend();
  const Dense t(8);
  const Edges<float> edges(*backend, t.elements());
  const auto bias = make_buffer<float>(*backend, random_values(t.rows(), 6));
  Panel z = make_panel<float>(*backend, Matrix(t.rows(), 9));
  REQUIRE(error_of([&] { t.embed(*backend, edges.view(), *bias, z); }) ==
          "invalid_argument: [Backend.embed] z has the wrong batch: got 9, expected 8 as in live");
  Dense short_context(8);
  short_context.live = symbols_of(8, 4, kSymbols, 5);
  REQUIRE(error_of([&] { short_context.embed(*backend, edges.view(), *bias, z); }) ==
          "invalid_argument: [Backend.embed] live: got 4 positions, expected at least 5");
  OptimizerParams p{};
  p.kind = OptimizerKind::adam;
  const auto gradient = backend->allocate(static_cast<std::size_t>(t.elements()) * 4);
  REQUIRE(error_of([&] { t.update(*backend, p, DType::f32, *gradient, edges.view()); }) ==
          "invalid_argument: [Backend.embed_update] expected adagrad with an epsilon above 0, got "
          "kind 2 with epsilon 0");
}

}  // namespace
}  // namespace sparsegrow
