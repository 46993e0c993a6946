#include "sparsegrow/base/large_vector.h"

#include <algorithm>

#include "catch.h"

namespace sparsegrow {
namespace {

TEST_CASE("assign_large leaves zeros, whatever was there", "[large_vector]") {
  std::vector<int> v(1000, 7);
  for (const std::size_t size : {std::size_t{10}, std::size_t{3000000}, std::size_t{0}}) {
    assign_large(v, size);
    CHECK(v.size() == size);
    CHECK(std::count(v.begin(), v.end(), 0) == static_cast<std::ptrdiff_t>(size));
    std::fill(v.begin(), v.end(), 7);
  }
}

TEST_CASE("large pages may be asked for at any address", "[large_vector]") {
  advise_large_pages(nullptr, 0);
  std::vector<char> v(5 << 20, 'x');
  advise_large_pages(v.data() + 1, v.size() - 2);
  CHECK(std::count(v.begin(), v.end(), 'x') == 5 << 20);
}

}  // namespace
}  // namespace sparsegrow
