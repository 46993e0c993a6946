// adam and gather over flat arrays: bytes read and written per second.
#include "kernel_shapes.h"

namespace sparsegrow {
namespace {

using namespace reference;

constexpr std::int64_t kCounts[] = {40000, 3000000};

std::string elements(std::int64_t count) { return std::to_string(count) + " elements"; }

void bench_adam(OptimizerKind kind, const char* name, std::int64_t count) {
  const auto backend = make_cpu_backend();
  const OptimizerParams p{kind, 0.01f, 0.9f, 0.9f, 0.99f, 1e-6f, 0.1f, 0.01f, 0, 0};
  auto w = random_values(count, 1);
  const auto g = random_values(count, 2);
  auto weights = make_buffer<float>(*backend, w), gradient = make_buffer<float>(*backend, g);
  const auto size = static_cast<std::size_t>(count) * 4;
  const auto m = backend->allocate(size), v = backend->allocate(size);
  const auto run = [&] {
    backend->adam(p, DType::f32, count, *weights, *gradient, m.get(), v.get());
  };
  run();
  for (std::size_t i = 0; i < w.size(); ++i) {
    double m0 = 0, v0 = 0;
    optimizer_step(p, g[i], w[i], m0, v0);
  }
  require_close(read_buffer<float>(*backend, *weights), w, std::vector<double>(w.size(), 2.0),
                4 * epsilon<float>());
  const double bytes = (kind == OptimizerKind::adam ? 28.0 : 20.0) * static_cast<double>(count);
  report("adam", std::string(name) + ", " + elements(count), bytes, "GB/s", run);
}

TEST_CASE("adam", "[!benchmark]") {
  for (const std::int64_t count : kCounts) {
    bench_adam(OptimizerKind::adam, "adam", count);
    bench_adam(OptimizerKind::sgd, "sgd with momentum", count);
  }
}

TEST_CASE("gather", "[!benchmark]") {
  const auto backend = make_cpu_backend();
  for (const std::int64_t count : kCounts) {
    std::vector<std::int32_t> map;  // as after an exchange of links: mostly shifted, some new
    for (std::int64_t i = 0; i < count; ++i) {
      map.push_back(i % 10 == 0 ? -1 : static_cast<std::int32_t>(i));
    }
    const auto values = random_values(count, 1);
    const auto in = make_buffer<float>(*backend, values);
    auto out = backend->allocate(in->bytes());
    const auto run = [&] { backend->gather(map, DType::f32, *in, 0, *out); };
    run();
    std::int64_t wrong = 0;
    for (std::size_t i = 0; i < map.size(); ++i) {
      wrong += out->as<float>()[i] != (map[i] < 0 ? 0 : values[i]);
    }
    REQUIRE(wrong == 0);
    report("gather", elements(count), 12.0 * static_cast<double>(count), "GB/s", run);
  }
}

}  // namespace
}  // namespace sparsegrow
