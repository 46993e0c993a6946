// Memory of a device.
#include "errors.h"
#include "verb_support.h"

namespace sparsegrow {
namespace {

using test::error_of;

TEST_CASE("buffers are zero and aligned") {
  for (const auto& [name, backend] : test::devices_under_test()) {
    for (const std::size_t bytes :
         {std::size_t{0}, std::size_t{1}, std::size_t{100}, std::size_t{5} << 20}) {
      INFO(name << ", " << bytes << " bytes");
      for (const int use : {1, 2}) {  // the second time in memory that was written before
        const auto buffer = backend->allocate(bytes);
        REQUIRE(buffer->bytes() == bytes);
        REQUIRE(buffer->data() != nullptr);
        REQUIRE(reinterpret_cast<std::uintptr_t>(buffer->data()) % 64 == 0);
        std::size_t set = 0;
        for (std::size_t i = 0; i < bytes; ++i) set += buffer->as<char>()[i] != 0;
        INFO("use " << use);
        REQUIRE(set == 0);
        std::fill_n(buffer->as<char>(), bytes, char{1});
      }
    }
  }
}

TEST_CASE("too large a buffer is a clear error") {
  for (const auto& [name, backend] : test::devices_under_test()) {
    INFO(name);
    const std::string error = error_of([&, &on = *backend] { on.allocate(std::size_t{1} << 60); });
    REQUIRE(error.find("runtime_error: [Backend.allocate]") == 0);
    REQUIRE(error.find("1152921504606846976 bytes") != std::string::npos);
  }
}

TEST_CASE("a device asks for a Csr") {
  REQUIRE_THROWS_AS(test_backend()->upload(nullptr), std::invalid_argument);
}

}  // namespace
}  // namespace sparsegrow
