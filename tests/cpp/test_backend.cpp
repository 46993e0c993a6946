#include "test_backend.h"

#include <cstdlib>

#include "catch.h"
#include "cpu/cpu_backend.h"
#include "lazy_backend.h"
#include "sparsegrow/backend/isa.h"
#include "sparsegrow/backend/registry.h"

namespace sparsegrow::test {
namespace {

std::string named_device() {
  const char* const name = std::getenv("SPARSEGROW_TEST_DEVICE");
  return name ? name : "";
}

std::shared_ptr<Backend> make_lazy() { return std::make_shared<LazyBackend>(make_cpu_backend()); }

}  // namespace

std::vector<TestDevice> devices_under_test() {
  const std::string name = named_device();
  std::vector<TestDevice> devices;
  if (name.empty() || name == "cpu") {
    for (const auto& isa : supported_isas()) devices.push_back({isa, make_cpu_backend(isa)});
  }
  if (name.empty() || name == "lazy") devices.push_back({"lazy", make_lazy()});
  if (devices.empty()) devices.push_back({name, open_backend(name)});
  return devices;
}

std::shared_ptr<Backend> test_backend() {
  const std::string name = named_device();
  return name == "lazy" ? make_lazy() : open_backend(name.empty() ? "cpu" : name);
}

std::vector<DType> tested_dtypes() {
  const auto backend = test_backend();
  std::vector<DType> dtypes;
  for (const DType dtype : {DType::f32, DType::f64}) {
    if (backend->supports(dtype)) dtypes.push_back(dtype);
  }
  return dtypes;
}

bool has_double() {
  const auto backend = test_backend();
  if (!backend->supports(DType::f64)) WARN("skipped: " << backend->name() << " has no float64");
  return backend->supports(DType::f64);
}

bool computes_on_cpu(const Backend& backend) {
  const std::string name = backend.name();
  return name == "cpu" || name == "lazy";
}

}  // namespace sparsegrow::test
