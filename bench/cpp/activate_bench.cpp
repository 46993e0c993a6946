// Activation functions and dropout: elements per second on one level of 4000 rows and 128 samples.
#include "kernel_shapes.h"

namespace sparsegrow {
namespace {

using namespace reference;

constexpr std::int32_t kRows = 4000, kBatch = 128;
constexpr double kElements = static_cast<double>(kRows) * kBatch;

struct Case {
  const char* name;
  ActivationParams f;
};

const Case kCases[] = {{"relu", {ActivationKind::relu, 0.25f}},
                       {"tanh", {ActivationKind::tanh, 0}},
                       {"sigmoid", {ActivationKind::sigmoid, 0}},
                       {"srelu", {ActivationKind::srelu, 0}}};

// Thresholds -0.5 and 0.5, slopes 0.25 and 2, for each row.
std::vector<double> srelu_numbers() {
  std::vector<double> all;
  for (const double number : {-0.5, 0.25, 0.5, 2.0}) all.insert(all.end(), kRows, number);
  return all;
}

struct Setting {
  std::shared_ptr<Backend> backend = make_cpu_backend();
  std::unique_ptr<DeviceCsr> device =
      backend->upload(std::make_shared<const Csr>(layered_dag(1, kRows, 0, 1)));
  Matrix z = random_matrix(kRows, kBatch, 1);
  Panel in = make_panel<float>(*backend, z);
  std::unique_ptr<Buffer> srelu = make_buffer<float>(*backend, srelu_numbers());
  const double numbers[4] = {-0.5, 0.25, 0.5, 2.0};
};

TEST_CASE("activate", "[!benchmark]") {
  const Setting s;
  for (const Case& test : kCases) {
    Panel out(*s.backend, DType::f32, kRows, kBatch);
    const Buffer* given = test.f.kind == ActivationKind::srelu ? s.srelu.get() : nullptr;
    const auto run = [&] { s.backend->activate(*s.device, 0, test.f, given, s.in, out); };
    run();
    Matrix expected = s.z;
    for (double& v : expected.data) v = activation(test.f, s.numbers, v);
    const std::vector<double> size(expected.data.size(), 2.0);
    require_close(read_panel<float>(*s.backend, out).data, expected.data, size,
                  2 * epsilon<float>());
    report("activate", test.name, kElements, "G/s", run);
  }
}

TEST_CASE("activate_grad", "[!benchmark]") {
  const Setting s;
  for (const Case& test : kCases) {
    Panel d = make_panel<float>(*s.backend, Matrix(kRows, kBatch, 1.0));
    const bool srelu = test.f.kind == ActivationKind::srelu;
    const auto own = s.backend->allocate(s.srelu->bytes());
    const auto run = [&] {
      s.backend->activate_grad(*s.device, 0, test.f, srelu ? s.srelu.get() : nullptr, s.in, d,
                               srelu ? own.get() : nullptr);
    };
    run();
    Matrix expected = s.z;
    for (double& v : expected.data) v = activation_slope(test.f, s.numbers, v);
    const std::vector<double> size(expected.data.size(), 2.0);
    require_close(read_panel<float>(*s.backend, d).data, expected.data, size, 2 * epsilon<float>());
    report("activate_grad", test.name, kElements, "G/s", run);
  }
}

TEST_CASE("dropout", "[!benchmark]") {
  const Setting s;
  const DropoutParams drop{0.5f, 1, 2};
  Panel panel = make_panel<float>(*s.backend, Matrix(kRows, kBatch, 1.0));
  const auto run = [&] { s.backend->dropout(*s.device, 0, drop, panel); };
  run();
  const Matrix got = read_panel<float>(*s.backend, panel);
  std::int32_t wrong = 0;
  for (std::int32_t r = 0; r < kRows; ++r) {
    for (std::int32_t b = 0; b < kBatch; ++b) {
      const bool gone = dropped(drop, static_cast<std::uint32_t>(r), static_cast<std::uint32_t>(b));
      wrong += got.at(r, b) != (gone ? 0 : 2);
    }
  }
  REQUIRE(wrong == 0);
  report("dropout", "rate 0.5", kElements, "G/s", run);
}

}  // namespace
}  // namespace sparsegrow
