// The lazy device itself: it must put off, copy, and notice what a host may not do.
#include <stdexcept>

#include "cpu/cpu_backend.h"
#include "lazy_backend.h"
#include "verb_support.h"

namespace sparsegrow::test {
namespace {

using reference::make_buffer;
using Values = std::vector<double>;

struct Lazy {
  LazyBackend backend{make_cpu_backend()};
  std::unique_ptr<Buffer> a = make_buffer<float>(backend, {1, 2, 3}),
                          b = make_buffer<float>(backend, {4, 5, 6}),
                          product = make_buffer<float>(backend, {0, 0, 0});

  void multiply() { backend.gate(DType::f32, 3, *a, *b, *product); }
};

TEST_CASE("lazy work is done when it is waited for, and not before") {
  Lazy lazy;
  lazy.multiply();
  REQUIRE(lazy.product->as<float>()[2] == 0);
  lazy.backend.finish();
  REQUIRE(lazy.product->as<float>()[2] == 18);
  REQUIRE(lazy.backend.waits() == 1);
  lazy.backend.finish();
  REQUIRE(lazy.backend.waits() == 1);
}

TEST_CASE("the lazy device notices a host that changes what is still to be used") {
  for (const int used : {0, 1, 2}) {
    Lazy lazy;
    lazy.multiply();
    Buffer* const buffers[] = {lazy.a.get(), lazy.b.get(), lazy.product.get()};
    buffers[used]->as<float>()[1] = 7;
    REQUIRE_THROWS_WITH(lazy.backend.finish(),
                        "the host changed a buffer of 12 bytes that gate was still to use");
    lazy.multiply();  // what was kept is gone, and the device goes on
    lazy.backend.finish();
  }
}

TEST_CASE("buffers may be given back while lazy work uses them") {
  Lazy lazy;
  lazy.multiply();
  lazy.a.reset();
  lazy.b.reset();
  REQUIRE(reference::read_buffer<float>(lazy.backend, *lazy.product) == Values{4, 10, 18});
}

TEST_CASE("host arguments may be changed when a lazy verb has returned") {
  Lazy lazy;
  std::vector<std::int32_t> map{2, -1, 0};
  lazy.backend.gather(map, DType::f32, *lazy.a, 9, *lazy.product);
  map = {1, 1, 1};
  REQUIRE(reference::read_buffer<float>(lazy.backend, *lazy.product) == Values{3, 9, 1});
  std::vector<double> samples{1, 2, 3, 4};
  std::vector<std::int64_t> chosen{1, 0};
  Panel panel(lazy.backend, DType::f32, 2, 2);
  lazy.backend.pack({samples.data(), DType::f64, 2, 2}, chosen, 0, panel);
  samples.assign(4, 0);
  chosen.assign(2, 0);
  REQUIRE(reference::read_panel<float>(lazy.backend, panel).data == Values{3, 1, 4, 2});
}

TEST_CASE("a lazy verb refuses bad arguments at once") {
  Lazy lazy;
  REQUIRE_THROWS_AS(lazy.backend.gate(DType::f32, 4, *lazy.a, *lazy.b, *lazy.product),
                    std::invalid_argument);
  const std::vector<std::int32_t> far{3};
  REQUIRE_THROWS_AS(lazy.backend.gather(far, DType::f32, *lazy.a, 0, *lazy.product),
                    std::out_of_range);
  const auto foreign = make_cpu_backend()->allocate(12);
  REQUIRE_THROWS_AS(lazy.backend.gate(DType::f32, 3, *foreign, *lazy.b, *lazy.product),
                    std::invalid_argument);
}

}  // namespace
}  // namespace sparsegrow::test
