// adam_flat, gather_flat, gate_flat, gate_grad_flat, pack_tile and unpack_tile.
#include "kernel_cases.h"
#include "metal/kernels/arguments.h"

namespace sparsegrow::test {
namespace {

using namespace reference;

const std::vector<std::int64_t> kCounts = {1, 7, 33, 300};

OptimizerParams params_of(OptimizerKind kind) {
  return {kind, 0.01, 0.9, 0.9, 0.99, 1e-6, 1 - 0.9 * 0.9, 1 - 0.99 * 0.99, 0.125f, 0.0625f};
}

// The arrays are one longer than `count`: the last element must stay.
void check_optimizer(OptimizerKind kind, std::int64_t count, bool has_m) {
  const OptimizerParams p = params_of(kind);
  auto w = random_values(count + 1, 1), m = random_values(count + 1, 2);
  auto v = magnitudes(random_values(count + 1, 4));
  const auto g = random_values(count + 1, 3);
  Floats weights = floats(w), first = floats(m), second = floats(v);
  const Floats gradient = floats(g);
  KernelLaunch launch = KERNEL(adam_flat_f32);
  launch.arg(weights).arg(gradient).arg(first).arg(second);
  launch.params(AdamArguments{narrowed(p), count, has_m}).over(count);
  const auto unchanged_m = m, unchanged_v = v;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    optimizer_step(p, g[i], w[i], m[i], v[i], has_m);
  }
  require_close(doubles(weights), w, 16 * kEpsilon);
  const bool moves_m = has_m && kind != OptimizerKind::adagrad;
  require_close(doubles(first), moves_m ? m : unchanged_m, 8 * kEpsilon);
  require_close(doubles(second), kind == OptimizerKind::adam ? v : unchanged_v, 8 * kEpsilon);
}

TEST_CASE("adam, sgd and nesterov agree with the oracle") {
  for (const std::int64_t count : kCounts) {
    INFO(count << " elements");
    check_optimizer(OptimizerKind::adam, count, true);
    for (const bool has_m : {true, false}) {
      check_optimizer(OptimizerKind::sgd, count, has_m);
      check_optimizer(OptimizerKind::nesterov, count, has_m);
    }
  }
}

TEST_CASE("adagrad adds up squares") {
  const OptimizerParams p = {OptimizerKind::adagrad, 0.125f, 0, 0, 0, 0.0625f, 0, 0, 0, 0};
  const Floats g = random_floats(40, 1);
  Floats w = random_floats(40, 2), v(40, 0.5f);
  const Floats before = w;
  KernelLaunch launch = KERNEL(adam_flat_f32);
  launch.arg(w).arg(g).arg(w).arg(v).params(AdamArguments{narrowed(p), 40, 0}).over(40);
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double gradient = static_cast<double>(g[i]), sum = 0.5 + gradient * gradient;
    const double moved =
        static_cast<double>(before[i]) - 0.125 * gradient / (std::sqrt(sum) + 0.0625);
    require_close({static_cast<double>(v[i]), static_cast<double>(w[i])}, {sum, moved},
                  8 * kEpsilon);
  }
}

TEST_CASE("gather takes by the map and fills the rest") {
  const Floats in = random_floats(20, 1);
  const Ints map = {3, -1, 19, 0, 0, -1, 7};
  Floats out(map.size() + 1, 99);
  KernelLaunch launch = KERNEL(gather_flat_f32);
  launch.arg(map).arg(in).arg(out).params(GatherArguments{7, 0.5f}).over(7);
  REQUIRE(out == Floats{in[3], 0.5f, in[19], in[0], in[0], 0.5f, in[7], 99});
}

TEST_CASE("gate multiplies and its gradient goes to both factors") {
  for (const std::int64_t count : kCounts) {
    const Floats weight = random_floats(count, 1), gate = random_floats(count, 2);
    const Floats dproduct = random_floats(count, 3);
    Floats product(weight.size()), dweight(weight.size()), dgate(weight.size());
    KERNEL(gate_flat_f32).arg(weight).arg(gate).arg(product).params(count).over(count);
    KernelLaunch grad = KERNEL(gate_grad_flat_f32);
    grad.arg(weight).arg(gate).arg(dproduct).arg(dweight).arg(dgate).params(count).over(count);
    for (std::size_t i = 0; i < weight.size(); ++i) {
      REQUIRE(product[i] == weight[i] * gate[i]);
      REQUIRE(dweight[i] == dproduct[i] * gate[i]);
      REQUIRE(dgate[i] == dproduct[i] * weight[i]);
    }
  }
}

TEST_CASE("pack and unpack are inverse and pack zeroes padding") {
  const std::int32_t first = 2, features = 5, rows = 9;
  for (const std::int32_t batch : batches()) {
    INFO("batch " << batch);
    const Floats samples = random_floats(std::int64_t{batch} * features, 1);
    Floats panel = panel_of(Matrix(rows, batch, 9));
    const PackArguments arguments = {{rows, batch}, first, features};
    KERNEL(pack_tile_f32).arg(samples).arg(panel).params(arguments).over_lanes(features, batch);
    Matrix expected(rows, batch, 9);
    for (std::int32_t b = 0; b < batch; ++b) {
      for (std::int32_t f = 0; f < features; ++f) {
        expected.at(first + f, b) =
            static_cast<double>(samples[static_cast<std::size_t>(b * features + f)]);
      }
    }
    REQUIRE(panel == panel_of(expected));
    Floats back(samples.size(), 99);
    KERNEL(unpack_tile_f32).arg(panel).arg(back).params(arguments).over_lanes(features, batch);
    REQUIRE(back == samples);
  }
}

}  // namespace
}  // namespace sparsegrow::test
