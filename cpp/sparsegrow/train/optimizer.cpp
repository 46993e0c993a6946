#include "sparsegrow/train/optimizer.h"

#include <cmath>

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

void require_fraction(const char* name, double value) {
  SG_REQUIRE(value >= 0 && value < 1, "Optimizer", "got ", name, " ", value,
             ", expected 0 <= ", name, " < 1");
}

}  // namespace

void validate(const OptimizerConfig& config) {
  require_fraction("momentum", config.momentum);
  require_fraction("beta1", config.beta1);
  require_fraction("beta2", config.beta2);
  SG_REQUIRE(config.epsilon > 0, "Optimizer", "got epsilon ", config.epsilon, ", expected above 0");
  SG_REQUIRE(config.weight_decay >= 0 && std::isfinite(config.weight_decay), "Optimizer",
             "got weight decay ", config.weight_decay, ", expected 0 or more");
}

OptimizerParams step_params(const OptimizerConfig& config, double rate, std::int64_t step,
                            bool decays) {
  const double wd = decays ? config.weight_decay : 0.0;
  const double t = static_cast<double>(step + 1);
  OptimizerParams p{};
  p.kind = config.kind;
  p.rate = rate;
  p.momentum = config.momentum;
  p.beta1 = config.beta1;
  p.beta2 = config.beta2;
  p.epsilon = config.epsilon;
  p.correction1 = 1.0 - std::pow(config.beta1, t);
  p.correction2 = 1.0 - std::pow(config.beta2, t);
  p.l2 = config.decay == DecayKind::l2 ? wd : 0.0;
  if (config.decay == DecayKind::decoupled) p.decay = rate * wd;
  if (config.decay == DecayKind::direct) p.decay = wd;
  return p;
}

}  // namespace sparsegrow
