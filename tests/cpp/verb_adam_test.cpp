// adam, with its sgd and nesterov choices, and gather.
#include "verb_support.h"

namespace sparsegrow {
namespace {

using namespace reference;

OptimizerParams params_of(OptimizerKind kind) {
  return {kind, 0.01, 0.9, 0.9, 0.99, 1e-6, 1 - 0.9 * 0.9, 1 - 0.99 * 0.99, 0.125, 0.0625};
}

constexpr OptimizerKind kKinds[] = {OptimizerKind::sgd, OptimizerKind::nesterov,
                                    OptimizerKind::adam};

TEST_CASE("adam, sgd and nesterov agree with the oracle") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    for (const OptimizerKind kind : kKinds) {
      for (const std::int64_t count : {0, 1, 7, 8, 33, 1000, 40001}) {
        for (const bool velocity : {true, false}) {
          if (!velocity && kind == OptimizerKind::adam) continue;
          INFO("kind " << static_cast<int>(kind) << ", " << count << " elements");
          const OptimizerParams p = params_of(kind);
          auto w = random_values(count, 1), m = random_values(count, 2);
          auto v = magnitudes(random_values(count, 4));
          const auto g = random_values(count, 3);
          auto weights = make_buffer<Real>(backend, w), first = make_buffer<Real>(backend, m);
          auto second = make_buffer<Real>(backend, v);
          backend.adam(p, dtype_of<Real>(), count, *weights, *make_buffer<Real>(backend, g),
                       velocity ? first.get() : nullptr, velocity ? second.get() : nullptr);
          for (std::size_t i = 0; i < w.size(); ++i)
            optimizer_step(p, g[i], w[i], m[i], v[i], velocity);
          const std::vector<double> size(w.size(), 4.0);  // nothing here exceeds 2
          require_close(read_buffer<Real>(backend, *weights), w, size, 4 * epsilon<Real>());
          if (velocity)
            require_close(read_buffer<Real>(backend, *first), m, size, 2 * epsilon<Real>());
          if (kind == OptimizerKind::adam)
            require_close(read_buffer<Real>(backend, *second), v, size, 2 * epsilon<Real>());
        }
      }
    }
  });
}

// Two steps by hand, with numbers that are exact in binary.
TEST_CASE("two steps of each optimizer by hand") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    const auto two_steps = [&](OptimizerParams p, bool velocity) {
      auto w = make_buffer<Real>(backend, {1}), m = make_buffer<Real>(backend, {0});
      auto v = make_buffer<Real>(backend, {0});
      const auto g = make_buffer<Real>(backend, {2});
      backend.adam(p, dtype_of<Real>(), 1, *w, *g, velocity ? m.get() : nullptr,
                   velocity ? v.get() : nullptr);
      p.correction1 = 1 - p.beta1 * p.beta1, p.correction2 = 1 - p.beta2 * p.beta2;
      backend.adam(p, dtype_of<Real>(), 1, *w, *g, velocity ? m.get() : nullptr,
                   velocity ? v.get() : nullptr);
      return read_buffer<Real>(backend, *w)[0];
    };
    OptimizerParams p{OptimizerKind::sgd, 0.25f, 0.5f, 0.5f, 0.75f, 0, 0.5f, 0.25f, 0, 0};
    // sgd: v = -0.5, w = 0.5; v = -0.75, w = -0.25. Without velocity: w = 1 - 2 * 0.5 = 0.
    REQUIRE(two_steps(p, true) == -0.25);
    REQUIRE(two_steps(p, false) == 0);
    // nesterov: v = -0.5, w = 1 - 0.25 - 0.5 = 0.25; v = -0.75, w = 0.25 - 0.375 - 0.5 = -0.625.
    p.kind = OptimizerKind::nesterov;
    REQUIRE(two_steps(p, true) == -0.625);
    // adam: g is constant, so m / correction1 = g and sqrt(v / correction2) = |g|: each step is the
    // rate.
    p.kind = OptimizerKind::adam;
    REQUIRE(std::fabs(two_steps(p, true) - 0.5) <= 4 * epsilon<Real>());
    // sgd with l2 and decay: g = 2 + 0.5 w. w = 1: g = 2.5, v = -0.625, w = 1 - 0.625 - 0.125 =
    // 0.25; then g = 2.125, v = -0.3125 - 0.53125 = -0.84375, w = 0.25 - 0.84375 - 0.03125 =
    // -0.625.
    p.kind = OptimizerKind::sgd, p.l2 = 0.5f, p.decay = 0.125f;
    REQUIRE(two_steps(p, true) == -0.625);
  });
}

TEST_CASE("gather carries and fills") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    const auto in = random_values(5000, 1);
    const auto from = make_buffer<Real>(backend, in);
    Rng rng(1, 1);
    for (const std::int32_t count : {0, 1, 31, 40000}) {
      std::vector<std::int32_t> map(static_cast<std::size_t>(count));
      for (auto& place : map) place = static_cast<std::int32_t>(rng.below(5500)) - 500;
      for (auto& place : map) place = place < 0 ? -1 : place;
      auto out = make_buffer<Real>(backend, std::vector<double>(map.size(), 99));
      backend.gather(map, dtype_of<Real>(), *from, 0.25, *out);
      const auto got = read_buffer<Real>(backend, *out);
      std::int32_t wrong = 0;
      for (std::size_t i = 0; i < map.size(); ++i) {
        wrong += got[i] != (map[i] < 0 ? 0.25 : in[static_cast<std::size_t>(map[i])]);
      }
      REQUIRE(wrong == 0);
    }
  });
}

// A permutation keeps what is there, whatever the order: the same bits come back, and the sum
// stays.
TEST_CASE("gather through a permutation loses nothing") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    std::vector<double> in(5000);
    for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<double>(i + 1);
    std::vector<std::int32_t> there(5000), back(5000);
    for (std::int32_t i = 0; i < 5000; ++i) there[i] = (i * 1237) % 5000, back[there[i]] = i;
    const auto from = make_buffer<Real>(backend, in);
    auto middle = make_buffer<Real>(backend, in), end = make_buffer<Real>(backend, in);
    backend.gather(there, dtype_of<Real>(), *from, 0, *middle);
    backend.gather(back, dtype_of<Real>(), *middle, 0, *end);
    REQUIRE((bytes_of(backend, *end) == bytes_of(backend, *from)));
    const auto moved = read_buffer<Real>(backend, *middle);
    REQUIRE(std::accumulate(moved.begin(), moved.end(), 0.0) == 5000.0 * 5001 / 2);
  });
}

TEST_CASE("adam keeps its bits for any number of threads") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    const auto g = make_buffer<Real>(backend, random_values(100003, 3));
    require_same_bits([&] {
      auto w = make_buffer<Real>(backend, random_values(100003, 1));
      auto m = make_buffer<Real>(backend, random_values(100003, 2));
      auto v = make_buffer<Real>(backend, magnitudes(random_values(100003, 4)));
      backend.adam(params_of(OptimizerKind::adam), dtype_of<Real>(), 100003, *w, *g, m.get(),
                   v.get());
      return bytes_of(backend, *w);
    });
  });
}

TEST_CASE("adam and gather refuse what does not fit") {
  const auto backend = test_backend();
  const auto w = backend->allocate(40), g = backend->allocate(40), m = backend->allocate(40);
  const auto few = backend->allocate(36);
  const auto adam = [&](OptimizerKind kind, std::int64_t count, Buffer& weights, Buffer& gradient,
                        Buffer* first, Buffer* second) {
    backend->adam(params_of(kind), DType::f32, count, weights, gradient, first, second);
  };
  const auto kind = OptimizerKind::adam;
  REQUIRE_NOTHROW(adam(kind, 10, *w, *g, m.get(), m.get()));
  REQUIRE_THROWS_AS(adam(kind, -1, *w, *g, m.get(), m.get()), std::invalid_argument);
  REQUIRE_THROWS_AS(adam(kind, 11, *w, *g, m.get(), m.get()), std::invalid_argument);
  REQUIRE_THROWS_AS(adam(kind, 10, *few, *g, m.get(), m.get()), std::invalid_argument);
  REQUIRE_THROWS_AS(adam(kind, 10, *w, *few, m.get(), m.get()), std::invalid_argument);
  REQUIRE_THROWS_AS(adam(kind, 10, *w, *g, few.get(), m.get()), std::invalid_argument);
  REQUIRE_THROWS_AS(adam(kind, 10, *w, *g, m.get(), few.get()), std::invalid_argument);
  REQUIRE_THROWS_AS(adam(kind, 10, *w, *g, nullptr, m.get()), std::invalid_argument);
  REQUIRE_THROWS_AS(adam(kind, 10, *w, *g, m.get(), nullptr), std::invalid_argument);
  REQUIRE_THROWS_AS(adam(static_cast<OptimizerKind>(7), 10, *w, *g, m.get(), m.get()),
                    std::invalid_argument);
  const std::vector<std::int32_t> map = {0, 9, -1}, far = {0, 10};
  REQUIRE_NOTHROW(backend->gather(map, DType::f32, *w, 0, *g));
  REQUIRE_THROWS_AS(backend->gather(far, DType::f32, *w, 0, *g), std::out_of_range);
  REQUIRE_THROWS_AS(backend->gather(map, DType::f32, *w, 0, *w), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->gather(map, DType::f64, *w, 0, *backend->allocate(16)),
                    std::invalid_argument);
}

}  // namespace
}  // namespace sparsegrow
