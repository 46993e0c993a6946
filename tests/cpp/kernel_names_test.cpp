// Every backend that is present here has every kernel of each dtype it supports.
#include "sparsegrow/backend/kernel_names.h"
#include "catch.h"
#include "sparsegrow/backend/registry.h"
#include "test_backend.h"

namespace sparsegrow {
namespace {

TEST_CASE("every available backend has every kernel") {
  for (const auto& status : list_backends()) {
    if (!status.available) continue;
    const auto backend = open_backend(status.name);
    for (const DType dtype : {DType::f32, DType::f64}) {
      if (!backend->supports(dtype)) continue;
      for (const auto& name : kernel_names(dtype)) {
        INFO(status.name << " " << name);
        REQUIRE(backend->has_kernel(name));
      }
    }
  }
}

TEST_CASE("a backend has no kernel of an unknown name") {
  const auto backend = test::test_backend();
  for (const char* name :
       {"", "f32", "_f32", "spmm_f32", "spmm_tile", "spmm_tile_f16", "spmm_tile_f32_"}) {
    INFO(name);
    REQUIRE_FALSE(backend->has_kernel(name));
  }
}

}  // namespace
}  // namespace sparsegrow
