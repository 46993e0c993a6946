// The layer shapes on which sparse kernels are compared (K1 to K7), and how a verb is timed on
// them.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "cpu/cpu_backend.h"
#include "verb_support.h"

namespace sparsegrow {

struct Shape {
  const char* name;
  std::int32_t sources, targets, batch;
  double density;
};

// K1 sparseprop's own, K2 SET on MNIST, K3 SET on CIFAR-10, K4 nerva, K5 CHTs, K6 SRigL
// (inference), K7 sparselab.
inline std::vector<Shape> kernel_shapes() {
  return {{"K1", 512, 256, 128, 0.2},     {"K1", 512, 256, 128, 0.1},
          {"K1", 512, 256, 128, 0.05},    {"K1", 512, 256, 128, 0.02},
          {"K1", 512, 256, 128, 0.01},    {"K2", 784, 1000, 128, 0.0455},
          {"K2", 1000, 1000, 128, 0.04},  {"K3", 3072, 4000, 100, 0.0115},
          {"K3", 4000, 1000, 100, 0.025}, {"K3", 1000, 4000, 100, 0.025},
          {"K4", 3072, 1024, 100, 0.05},  {"K4", 3072, 1024, 100, 0.01},
          {"K4", 1024, 1024, 100, 0.05},  {"K4", 1024, 1024, 100, 0.01},
          {"K5", 784, 1568, 32, 0.01},    {"K5", 1568, 1568, 32, 0.01},
          {"K5", 3072, 3072, 32, 0.01},   {"K6", 3072, 768, 1, 0.2},
          {"K6", 3072, 768, 1, 0.1},      {"K6", 3072, 768, 1, 0.05},
          {"K6", 3072, 768, 1, 0.01},     {"K6", 3072, 768, 256, 0.2},
          {"K6", 3072, 768, 256, 0.1},    {"K6", 3072, 768, 256, 0.05},
          {"K6", 3072, 768, 256, 0.01},   {"K7", 384, 1536, 2048, 0.1},
          {"K7", 640, 2560, 1024, 0.1}};
}

inline std::string describe(const Shape& s) {
  char text[80];
  std::snprintf(text, sizeof(text), "%s %4d->%-4d B%-4d %5.2f %%", s.name, s.sources, s.targets,
                s.batch, 100 * s.density);
  return text;
}

// Median of at most 15 samples (fewer when Catch2 is asked for fewer), each of about 2 ms or one
// call, after one call to warm up. Times of one call, in seconds.
template <class Run>
double median_seconds(Run run) {
  using Clock = std::chrono::steady_clock;
  const auto time = [&](int calls) {
    const auto start = Clock::now();
    for (int i = 0; i < calls; ++i) run();
    return std::chrono::duration<double>(Clock::now() - start).count() / calls;
  };
  const auto config = Catch::getCurrentContext().getConfig();
  const int samples = std::min(15, static_cast<int>(config->benchmarkSamples()));
  const double first = time(1);
  const int calls = samples == 1 ? 1 : std::max(1, static_cast<int>(0.002 / (first + 1e-9)));
  std::vector<double> times;
  for (int i = 0; i < samples; ++i) times.push_back(time(calls));
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

// Times run() on 1 and 2 threads; `work` is what one call does, in `unit` / 1e9.
template <class Run>
void report(const char* verb, const std::string& what, double work, const char* unit, Run run) {
  const ThreadsGuard guard;
  std::printf("%-14s %s", verb, what.c_str());
  for (const int threads : {1, 2}) {
    set_num_threads(threads);
    const double seconds = median_seconds(run);
    std::printf("   %d: %9.1f us %7.2f %s", threads, 1e6 * seconds, work / seconds * 1e-9, unit);
  }
  std::printf("\n");
  std::fflush(stdout);
}

// A float32 layer of a shape, on the best instruction set.
struct Layer {
  explicit Layer(const Shape& s)
      : shape(s),
        backend(make_cpu_backend()),
        csr(std::make_shared<const Csr>(reference::random_csr(s.sources, s.targets, s.density, 1))),
        device(backend->upload(csr)),
        values(reference::random_values(csr->edges(), 2)),
        weights(reference::make_buffer<float>(*backend, values)) {}

  double flops() const { return 2.0 * csr->edges() * shape.batch; }

  Shape shape;
  std::shared_ptr<Backend> backend;
  std::shared_ptr<const Csr> csr;
  std::unique_ptr<DeviceCsr> device;
  std::vector<double> values;
  std::unique_ptr<Buffer> weights;
};

}  // namespace sparsegrow
