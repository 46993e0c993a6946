// The devices that tests run on. SPARSEGROW_TEST_DEVICE names one of them: "cpu", "lazy" (the CPU
// behind a LazyBackend) or another that open_backend() knows.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sparsegrow/backend/backend.h"

namespace sparsegrow::test {

struct TestDevice {
  std::string name;
  std::shared_ptr<Backend> backend;
};

// For tests of verbs: the device that is named, "cpu" being every instruction set of this machine;
// without a name the CPU and the lazy device.
std::vector<TestDevice> devices_under_test();

// For all other tests: the device that is named, else the CPU.
std::shared_ptr<Backend> test_backend();

// Of both, those that test_backend() computes in.
std::vector<DType> tested_dtypes();

// Whether test_backend() computes in double. A test that needs it ends where it does not, with a
// warning.
bool has_double();

// Whether a device's numbers are those of the CPU backend.
bool computes_on_cpu(const Backend& backend);

}  // namespace sparsegrow::test
