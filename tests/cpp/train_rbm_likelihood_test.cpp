// Likelihood of restricted Boltzmann machines: free energy, exact sums, annealed importance
// sampling.
#include <cmath>

#include "catch.h"
#include "errors.h"
#include "rbm_cases.h"
#include "sparsegrow/train/log_sums.h"
#include "sparsegrow/train/rbm_likelihood.h"
#include "verb_support.h"

using namespace sparsegrow;
using namespace sparsegrow::test;

namespace {

AisConfig ais_config(std::int32_t visible, std::int32_t temperatures, std::int32_t chains) {
  return {std::vector<double>(static_cast<std::size_t>(visible), 0.4), temperatures, chains, 3};
}

}  // namespace

TEST_CASE("sums of exponentials neither overflow nor vanish", "[rbm]") {
  LogSum sum;
  CHECK(std::isinf(sum.value()));
  for (const double x : {-1000.0, 1000.0, 1000.0}) sum.add(x);
  CHECK(sum.value() == Approx(1000 + std::log(2.0)));
  CHECK(softplus(800) == 800);
  CHECK(softplus(-800) == 0);
  CHECK(softplus(0.3) == Approx(std::log(1 + std::exp(0.3))));
}

TEST_CASE("free energy is that of the dense machine", "[rbm]") {
  if (!has_double()) return;
  const auto net = rbm_net(9, 6, 31, DType::f64);
  const DenseRbm dense(*net);
  const Pictures data(70, 9);
  std::vector<double> energy(70, -1.0);
  free_energy(RbmLayers(net), data.matrix(), data.order, energy);
  const Rows rows = rows_of(data);
  for (std::size_t b = 0; b < 70; ++b) CHECK(energy[b] == Approx(dense.free_energy(rows[b])));
}

TEST_CASE("the exact sum is that over all states, whichever layer is smaller", "[rbm]") {
  if (!has_double()) return;
  for (const auto& [visible, hidden] : {std::pair{11, 5}, std::pair{5, 11}, std::pair{8, 8}}) {
    const auto net = rbm_net(visible, hidden, 30, DType::f64, 1.5);
    CHECK(log_partition_exact(RbmLayers(net)) ==
          Approx(DenseRbm(*net).log_partition()).epsilon(1e-12));
  }
}

TEST_CASE("annealed importance sampling meets the exact sum", "[rbm]") {
  for (const DType dtype : tested_dtypes()) {
    for (const std::int32_t hidden : {4, 12}) {
      const auto net = rbm_net(20, hidden, 5 * hidden, dtype, 1.0);
      const RbmLayers rbm(net);
      const double exact = log_partition_exact(rbm);
      const AisEstimate estimate = log_partition_ais(rbm, ais_config(20, 1000, 100));
      INFO("exact " << exact << ", got " << estimate.log_partition << " +- " << estimate.deviation);
      CHECK(estimate.deviation < 0.05);
      CHECK(estimate.effective_chains > 50);
      CHECK(std::fabs(estimate.log_partition - exact) < 4 * estimate.deviation);
    }
  }
}

TEST_CASE("without links the base machine is the machine", "[rbm]") {
  if (!has_double()) return;
  const auto net = rbm_net(9, 6, 0, DType::f64);
  fill_normal(*net, "bias", 0.0, 1);
  AisConfig config = ais_config(9, 1, 10);
  config.base_rate.assign(9, 0.5);
  const AisEstimate estimate = log_partition_ais(RbmLayers(net), config);
  CHECK(estimate.log_partition == Approx(15 * std::log(2.0)));
  CHECK(estimate.deviation == Approx(0.0).margin(1e-6));
}

TEST_CASE("annealing has the same bits for any number of threads", "[rbm]") {
  const auto net = rbm_net(300, 80, 900, DType::f32);
  require_same_bits([&] {
    const AisEstimate e = log_partition_ais(RbmLayers(net), ais_config(300, 20, 100));
    const double values[] = {e.log_partition, e.deviation, e.effective_chains};
    const auto* begin = reinterpret_cast<const char*>(values);
    return std::vector<char>(begin, begin + sizeof(values));
  });
}

TEST_CASE("likelihood says what is wrong", "[rbm]") {
  const RbmLayers rbm(rbm_net(21, 21, 40, DType::f32));
  CHECK(error_of([&] { log_partition_exact(rbm); }) ==
        "invalid_argument: [Rbm.log_partition_exact] got 21 visible and 21 hidden units, expected "
        "at most 20 of either");
  CHECK_THROWS_AS(log_partition_ais(rbm, ais_config(20, 10, 10)), std::invalid_argument);
  CHECK_THROWS_AS(log_partition_ais(rbm, ais_config(21, 0, 10)), std::invalid_argument);
  CHECK_THROWS_AS(log_partition_ais(rbm, ais_config(21, 10, 0)), std::invalid_argument);
  AisConfig certain = ais_config(21, 10, 10);
  certain.base_rate[3] = 1.0;
  CHECK_THROWS_AS(log_partition_ais(rbm, certain), std::invalid_argument);
}
