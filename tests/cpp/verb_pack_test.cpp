// pack, unpack and level_stats.
#include "verb_support.h"

namespace sparsegrow {
namespace {

using namespace reference;

// Samples as the caller has them: [samples][features].
template <class Source>
std::vector<Source> sample_rows(std::int64_t samples, std::int32_t features) {
  const auto values = random_values(samples * features, 1);
  return std::vector<Source>(values.begin(), values.end());
}

std::vector<std::int64_t> random_choice(std::int32_t batch, std::int64_t samples) {
  Rng rng(5, 1);
  std::vector<std::int64_t> chosen(static_cast<std::size_t>(batch));
  for (auto& sample : chosen) {
    sample = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(samples)));
  }
  return chosen;
}

template <class Real, class Source>
void check_pack(Backend& backend, std::int32_t features, std::int32_t batch) {
  INFO(features << " features, batch " << batch << ", source of " << sizeof(Source) << " bytes");
  const std::int64_t samples = 50;
  const auto rows = sample_rows<Source>(samples, features);
  const auto chosen = random_choice(batch, samples);
  const std::int32_t first = 2;
  Panel panel = make_panel<Real>(backend, Matrix(features + 3, batch, 9), 9);
  const SampleMatrix source{rows.data(), dtype_of<Source>(), samples, features};
  backend.pack(source, chosen, first, panel);
  const Matrix got = read_panel<Real>(backend, panel);
  std::int64_t wrong = 0;
  for (std::int32_t b = 0; b < batch; ++b) {
    for (std::int32_t f = 0; f < features; ++f) {
      wrong += got.at(first + f, b) != static_cast<double>(rows[chosen[b] * features + f]);
    }
    wrong += got.at(first - 1, b) != 9 || got.at(first + features, b) != 9;
  }
  REQUIRE(wrong == 0);
  for (std::int32_t t = 0; t < tile_count(batch); ++t) {  // padding of the packed rows is zero
    for (std::int32_t f = 0; f < features; ++f) {
      const std::int64_t row = tile_offset(panel.shape(), t, first + f);
      for (std::int32_t lane = batch - t * kTileWidth; lane < tile_width(batch, t); ++lane) {
        wrong += panel.as<Real>()[row + lane] != 0;
      }
    }
  }
  REQUIRE(wrong == 0);
  std::vector<Real> back(static_cast<std::size_t>(batch) * static_cast<std::size_t>(features) + 1,
                         Real(9));
  backend.unpack(panel, first, features, back.data());
  for (std::int32_t b = 0; b < batch; ++b) {
    for (std::int32_t f = 0; f < features; ++f) {
      wrong += back[static_cast<std::size_t>(b) * features + f] !=
               static_cast<Real>(rows[chosen[b] * features + f]);
    }
  }
  REQUIRE(wrong == 0);
  REQUIRE(back.back() == 9);  // nothing is written behind the end
}

TEST_CASE("pack takes the chosen samples and unpack brings them back") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    for (const std::int32_t batch : case_batches()) {
      for (const std::int32_t features : {1, 3, 4, 16, 17, 300}) {
        if (batch > 1000 && features > 17) continue;
        check_pack<Real, float>(backend, features, batch);
        check_pack<Real, double>(backend, features, batch);
      }
    }
  });
}

TEST_CASE("pack keeps sums, and unpack brings back what a panel was given") {
  for_each_backend([](Backend& backend, auto real) {
    using Real = decltype(real);
    for (const std::int32_t batch : {1, 6, 32, 75}) {
      const std::int32_t features = 21;
      INFO("batch " << batch);
      std::vector<double> rows;  // whole numbers, so that sums are exact
      for (std::int32_t i = 0; i < batch * features; ++i) rows.push_back(i % 97 + 1);
      std::vector<std::int64_t> all(static_cast<std::size_t>(batch));
      std::iota(all.begin(), all.end(), 0);
      Panel panel(backend, dtype_of<Real>(), features, batch);
      backend.pack({rows.data(), DType::f64, batch, features}, all, 0, panel);
      const auto sums = make_buffer<Real>(backend, std::vector<double>(features, 0));
      backend.row_sum(panel, 0, *sums);
      backend.finish();
      for (std::int32_t f = 0; f < features; ++f) {
        double sum = 0;
        for (std::int32_t b = 0; b < batch; ++b)
          sum += rows[static_cast<std::size_t>(b) * features + f];
        REQUIRE(sums->template as<Real>()[f] == sum);
      }
      const Matrix known = random_matrix(features, batch, 4);
      std::vector<Real> out(static_cast<std::size_t>(batch) * features);
      backend.unpack(make_panel<Real>(backend, known), 0, features, out.data());
      std::int32_t wrong = 0;
      for (std::int32_t b = 0; b < batch; ++b) {
        for (std::int32_t f = 0; f < features; ++f) {
          wrong +=
              out[static_cast<std::size_t>(b) * features + f] != static_cast<Real>(known.at(f, b));
        }
      }
      REQUIRE(wrong == 0);
    }
  });
}

TEST_CASE("pack and unpack refuse what does not fit") {
  const auto backend = test_backend();
  const auto rows = sample_rows<float>(5, 3);
  const SampleMatrix source{rows.data(), DType::f32, 5, 3};
  Panel panel(*backend, DType::f32, 4, 2);
  const std::vector<std::int64_t> fine = {4, 0}, high = {5, 0}, low = {0, -1}, three = {0, 1, 2};
  REQUIRE_NOTHROW(backend->pack(source, fine, 1, panel));
  REQUIRE_THROWS_AS(backend->pack(source, fine, 2, panel), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->pack(source, fine, -1, panel), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->pack(source, three, 1, panel), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->pack({nullptr, DType::f32, 5, 3}, fine, 1, panel),
                    std::invalid_argument);
  REQUIRE_THROWS_WITH(backend->pack(source, high, 1, panel),
                      "[Backend.pack] got sample 5, expected 0 to 4");
  REQUIRE_THROWS_AS(backend->pack(source, low, 1, panel), std::out_of_range);
  float out[6];
  REQUIRE_NOTHROW(backend->unpack(panel, 1, 3, out));
  REQUIRE_THROWS_AS(backend->unpack(panel, 2, 3, out), std::invalid_argument);
  REQUIRE_THROWS_AS(backend->unpack(panel, 0, 3, nullptr), std::invalid_argument);
  panel.set_batch(0);
  REQUIRE_NOTHROW(backend->pack(source, {}, 1, panel));
  REQUIRE_NOTHROW(backend->unpack(panel, 1, 3, nullptr));
}

TEST_CASE("level_stats agrees with the oracle") {
  const auto csr = std::make_shared<const Csr>(layered_dag(3, 25, 2, 1));
  for_each_backend([&](Backend& backend, auto real) {
    using Real = decltype(real);
    const auto device = backend.upload(csr);
    for (const std::int32_t batch : case_batches()) {
      INFO("batch " << batch);
      Matrix m = random_matrix(75, batch, 1);
      for (std::size_t i = 0; i < m.data.size(); i += 3) m.data[i] = 0;
      const auto got = backend.level_stats(*device, make_panel<Real>(backend, m, 1e6));
      REQUIRE(got.size() == 3);
      for (std::int32_t level = 0; level < 3; ++level) {
        const LevelStats expected = reference::level_stats(*csr, level, m);
        // Sums over the batch are in double where the device has it.
        const double rounding = backend.supports(DType::f64) ? 1e-13 : batch * epsilon<float>();
        REQUIRE(std::fabs(got[level].mean - expected.mean) < rounding);
        REQUIRE(std::fabs(got[level].mean_square - expected.mean_square) < rounding);
        REQUIRE(got[level].max_abs == expected.max_abs);
        REQUIRE(got[level].zero_fraction == expected.zero_fraction);
      }
    }
  });
}

TEST_CASE("level_stats of a constant") {
  const auto csr = std::make_shared<const Csr>(layered_dag(3, 25, 2, 1));
  for_each_backend([&](Backend& backend, auto real) {
    using Real = decltype(real);
    for (const std::int32_t batch : {1, 7, 100}) {
      const Panel panel = make_panel<Real>(backend, Matrix(75, batch, -2.0));
      const LevelStats got = backend.level_stats(*backend.upload(csr), panel)[1];
      REQUIRE((got.mean == -2 && got.mean_square == 4 && got.max_abs == 2));
      REQUIRE(got.zero_fraction == 0);
    }
  });
}

TEST_CASE("level_stats gives the same bits for any number of threads, and zeros for nothing") {
  const auto csr = std::make_shared<const Csr>(layered_dag(2, 700, 2, 1));
  const auto backend = test_backend();
  const auto device = backend->upload(csr);
  Panel panel = make_panel<float>(*backend, random_matrix(1400, 100, 1));
  require_same_bits([&] {
    const auto stats = backend->level_stats(*device, panel);
    const auto* bytes = reinterpret_cast<const char*>(stats.data());
    return std::vector<char>(bytes, bytes + stats.size() * sizeof(LevelStats));
  });
  panel.set_batch(0);
  REQUIRE(backend->level_stats(*device, panel)[1].max_abs == 0);
  Panel low(*backend, DType::f32, 1399, 4);
  REQUIRE_THROWS_AS(backend->level_stats(*device, low), std::invalid_argument);
}

}  // namespace
}  // namespace sparsegrow
