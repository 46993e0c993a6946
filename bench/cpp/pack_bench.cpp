// pack, unpack and level_stats: bytes read and written per second.
#include "kernel_shapes.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

using namespace reference;

template <class Source>
void bench_pack(const char* name, std::int32_t features, std::int32_t batch) {
  const auto backend = make_cpu_backend();
  const std::int64_t samples = 8000;
  const auto values = random_values(samples * features, 1);
  const std::vector<Source> rows(values.begin(), values.end());
  Rng rng(1, 1);
  std::vector<std::int64_t> chosen;
  for (std::int32_t b = 0; b < batch; ++b) {
    chosen.push_back(static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(samples))));
  }
  Panel panel(*backend, DType::f32, features, batch);
  const SampleMatrix source{rows.data(), dtype_of<Source>(), samples, features};
  const auto run = [&] { backend->pack(source, chosen, 0, panel); };
  run();
  std::vector<float> back(static_cast<std::size_t>(features) * static_cast<std::size_t>(batch));
  const auto run_back = [&] { backend->unpack(panel, 0, features, back.data()); };
  run_back();
  std::int64_t wrong = 0;
  for (std::int32_t b = 0; b < batch; ++b) {
    for (std::int32_t f = 0; f < features; ++f) {
      const auto expected = static_cast<float>(rows[chosen[b] * features + f]);
      wrong += panel.as<float>()[panel_index(panel, f, b)] != expected;
      wrong += back[static_cast<std::size_t>(b) * features + f] != expected;
    }
  }
  REQUIRE(wrong == 0);
  const double elements = static_cast<double>(features) * batch;
  const std::string what = concat(name, " ", features, " features B", batch);
  report("pack", what, elements * (sizeof(Source) + 4), "GB/s", run);
  if (sizeof(Source) == 4) report("unpack", what, elements * 8, "GB/s", run_back);
}

TEST_CASE("pack and unpack", "[!benchmark]") {
  bench_pack<float>("float32", 784, 100);
  bench_pack<float>("float32", 3072, 128);
  bench_pack<float>("float32", 784, 2048);
  bench_pack<double>("float64", 784, 100);
}

TEST_CASE("level_stats", "[!benchmark]") {
  const auto backend = make_cpu_backend();
  const auto csr = std::make_shared<const Csr>(layered_dag(1, 4000, 0, 1));
  const auto device = backend->upload(csr);
  const Matrix m = random_matrix(4000, 128, 1);
  const Panel panel = make_panel<float>(*backend, m);
  REQUIRE(std::fabs(backend->level_stats(*device, panel)[0].mean -
                    reference::level_stats(*csr, 0, m).mean) < 1e-12);
  report("level_stats", "4000 rows B128", 4000.0 * 128 * 4, "GB/s",
         [&] { backend->level_stats(*device, panel); });
}

}  // namespace
}  // namespace sparsegrow
