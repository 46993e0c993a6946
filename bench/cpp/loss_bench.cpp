// softmax_xent and mse.
#include "kernel_shapes.h"

namespace sparsegrow {
namespace {

using namespace reference;

constexpr std::int32_t kClasses = 98, kBatch = 1024;  // the vocabulary of the growing model
constexpr double kElements = static_cast<double>(kClasses) * kBatch;

TEST_CASE("softmax_xent", "[!benchmark]") {
  const auto backend = make_cpu_backend();
  const Matrix z = random_matrix(kClasses, kBatch, 1);
  std::vector<std::int32_t> labels;
  for (std::int32_t b = 0; b < kBatch; ++b) labels.push_back(b % kClasses);
  const Panel in = make_panel<float>(*backend, z);
  Panel d(*backend, DType::f32, kClasses, kBatch);
  const auto given = make_exact_buffer(*backend, labels);
  const auto losses = backend->allocate(kBatch * 4), correct = backend->allocate(kBatch * 4);
  const auto run = [&] { backend->softmax_xent(in, 0, kClasses, *given, d, *losses, *correct); };
  run();
  const LossResult expected = reference::softmax_xent(z, labels);
  require_close(read_buffer<float>(*backend, *losses), expected.losses, expected.losses,
                kClasses * epsilon<float>());
  require_close(read_panel<float>(*backend, d).data, expected.d.data,
                std::vector<double>(z.data.size(), 1.0 / kBatch), kClasses * epsilon<float>());
  const auto* hits = correct->as<std::int32_t>();
  REQUIRE((std::vector<std::int32_t>(hits, hits + kBatch) == expected.correct));
  report("softmax_xent", "98 classes B1024", kElements, "G/s", run);
}

TEST_CASE("mse", "[!benchmark]") {
  const auto backend = make_cpu_backend();
  const Matrix a = random_matrix(kClasses, kBatch, 1), targets = random_matrix(kClasses, kBatch, 2);
  const Panel in = make_panel<float>(*backend, a), wanted = make_panel<float>(*backend, targets);
  Panel d(*backend, DType::f32, kClasses, kBatch);
  const auto losses = backend->allocate(kBatch * 4);
  const auto run = [&] { backend->mse(in, 0, kClasses, wanted, d, *losses); };
  run();
  const LossResult expected = reference::mse(a, targets);
  require_close(read_buffer<float>(*backend, *losses), expected.losses, expected.losses,
                kClasses * epsilon<float>());
  require_close(read_panel<float>(*backend, d).data, expected.d.data,
                std::vector<double>(a.data.size(), 2.0 / kElements), 8 * epsilon<float>());
  report("mse", "98 outputs B1024", kElements, "G/s", run);
}

}  // namespace
}  // namespace sparsegrow
