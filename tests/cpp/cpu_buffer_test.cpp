// Memory of the CPU backend and the choice of instruction set.
#include <cstdlib>

#include "catch.h"
#include "cpu/cpu_backend.h"
#include "sparsegrow/backend/isa.h"

namespace sparsegrow {
namespace {

TEST_CASE("buffers are counted") {
  const auto backend = make_cpu_backend();
  const auto before = cpu_memory().live_bytes;
  reset_cpu_peak();
  for (const std::size_t bytes :
       {std::size_t{0}, std::size_t{1}, std::size_t{100}, std::size_t{5} << 20}) {
    const auto buffer = backend->allocate(bytes);
    REQUIRE(cpu_memory().live_bytes == before + static_cast<std::int64_t>(bytes));
  }
  REQUIRE(cpu_memory().live_bytes == before);
  REQUIRE(cpu_memory().peak_bytes == before + (5 << 20));
}

TEST_CASE("too large a buffer is not counted") {
  const auto backend = make_cpu_backend();
  const auto before = cpu_memory().live_bytes;
  REQUIRE_THROWS_WITH(backend->allocate(std::size_t{1} << 60),
                      "[Backend.allocate] out of memory: 1152921504606846976 bytes asked for");
  REQUIRE(cpu_memory().live_bytes == before);
}

TEST_CASE("the instruction set is one that the machine has") {
  const auto names = supported_isas();
  REQUIRE_FALSE(names.empty());
  const char* asked = std::getenv("SPARSEGROW_ISA");
  REQUIRE(active_isa() == (asked ? std::string(asked) : names.back()));
  for (const auto& isa : names) REQUIRE(make_cpu_backend(isa)->name() == std::string("cpu"));
  REQUIRE_THROWS_AS(make_cpu_backend("mmx"), std::invalid_argument);
}

}  // namespace
}  // namespace sparsegrow
