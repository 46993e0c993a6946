// Annealed importance sampling (Neal 2001; Salakhutdinov and Murray 2008).
//
// At inverse temperature t the machine has f_t(v) = exp((1 - t) a0.v + t a.v) prod_j (1 + exp(t
// z_j)), z = b + W'v, a0 the base machine's biases. f_0 sums to 2^hidden prod_i (1 + exp(a0_i)),
// f_1 to Z. A chain starts at a draw of f_0; for each t it multiplies its weight by f_t(v) /
// f_before(v), then makes a sweep at t.
#include <algorithm>
#include <cmath>

#include "sparsegrow/backend/element.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/base/rng.h"
#include "sparsegrow/train/log_sums.h"
#include "sparsegrow/train/rbm_likelihood.h"

namespace sparsegrow {
namespace {

constexpr std::uint64_t kAnneal = 0x616e6e65616c;

void require_config(const RbmLayers& rbm, const AisConfig& config) {
  constexpr char where[] = "Rbm.log_partition_ais";
  SG_REQUIRE(config.temperatures >= 1, where, "got ", config.temperatures,
             " temperatures, expected at least 1");
  SG_REQUIRE(config.chains >= 1 && config.chains <= (1 << 20), where, "got ", config.chains,
             " chains, expected 1 to ", 1 << 20);
  SG_REQUIRE(static_cast<std::int64_t>(config.base_rate.size()) == rbm.visible().count, where,
             "got ", config.base_rate.size(), " base rates, expected ", rbm.visible().count);
  for (const double rate : config.base_rate) {
    SG_REQUIRE(rate > 0 && rate < 1, where, "got a base rate of ", rate,
               ", expected above 0 and below 1");
  }
}

class Annealing {
 public:
  Annealing(const RbmLayers& rbm, const AisConfig& config)
      : rbm_(rbm),
        seed_(config.seed),
        units_(rbm.make_panel(config.chains)),
        log_weight_(static_cast<std::size_t>(config.chains), 0.0) {
    const Network& net = rbm.network();
    net.backend().finish();
    const Buffer& bias = net.state().buffer("bias");
    for (std::size_t i = 0; i < config.base_rate.size(); ++i) {
      const double rate = config.base_rate[i];
      base_.push_back(std::log(rate) - std::log1p(-rate));
      difference_.push_back(load_element(bias, net.config().dtype, static_cast<std::int64_t>(i)) -
                            base_[i]);
    }
    scale_rows(units_, rbm.visible(), 0.0, config.base_rate);
    sample_units(units_, rbm.visible(), draw(0, true));
  }

  // From inverse temperature `before` to `now`: weights, then a sweep unless it is the last.
  void step(std::int32_t index, double before, double now, bool last) {
    rbm_.hidden_sums(units_);
    add_over_rows(units_, rbm_.visible(), log_weight_, [&](std::int32_t i, double v) {
      return (now - before) * v * difference_[static_cast<std::size_t>(i)];
    });
    add_over_rows(units_, rbm_.hidden(), log_weight_,
                  [&](std::int32_t, double z) { return softplus(now * z) - softplus(before * z); });
    if (!last) sweep(index, now);
  }

  const std::vector<double>& log_weights() const { return log_weight_; }
  double log_base_partition() const {
    return rbm_.hidden().count * std::log(2.0) + sum_softplus(base_);
  }

 private:
  DrawStream draw(std::int32_t index, bool visible) const {
    return {seed_, stream_id(kAnneal, static_cast<std::uint64_t>(index), visible ? 1 : 0)};
  }

  // The hidden rows hold z. scale_rows leaves a + W h at t: t a + (1 - t) a0 + t W h.
  void sweep(std::int32_t index, double now) {
    std::vector<double> shift(base_);
    for (double& a0 : shift) a0 *= 1 - now;
    scale_rows(units_, rbm_.hidden(), now, {});
    rbm_.squash_hidden(units_);
    sample_units(units_, rbm_.hidden(), draw(index, false));
    rbm_.visible_sums(units_, units_);
    scale_rows(units_, rbm_.visible(), now, shift);
    rbm_.squash_visible(units_);
    sample_units(units_, rbm_.visible(), draw(index, true));
  }

  const RbmLayers& rbm_;
  std::uint64_t seed_;
  Panel units_;
  std::vector<double> base_, difference_, log_weight_;  // a0, a - a0, ln of the chains' weights
};

AisEstimate estimate_of(const std::vector<double>& log_weights, double log_base) {
  LogSum sum, squares;
  for (const double w : log_weights) {
    sum.add(w);
    squares.add(2 * w);
  }
  const auto chains = static_cast<double>(log_weights.size());
  AisEstimate result;
  result.log_partition = log_base + sum.value() - std::log(chains);
  result.effective_chains = std::exp(2 * sum.value() - squares.value());
  // Relative variance of a mean of n weights: (n sum w^2 / (sum w)^2 - 1) / (n - 1).
  const double spread = std::max(0.0, chains / result.effective_chains - 1);
  result.deviation = chains > 1 ? std::sqrt(spread / (chains - 1)) : 0.0;
  return result;
}

}  // namespace

AisEstimate log_partition_ais(const RbmLayers& rbm, const AisConfig& config) {
  require_config(rbm, config);
  Annealing annealing(rbm, config);
  for (std::int32_t k = 1; k <= config.temperatures; ++k) {
    const double before = static_cast<double>(k - 1) / config.temperatures,
                 now = static_cast<double>(k) / config.temperatures;
    annealing.step(k, before, now, k == config.temperatures);
  }
  return estimate_of(annealing.log_weights(), annealing.log_base_partition());
}

}  // namespace sparsegrow
