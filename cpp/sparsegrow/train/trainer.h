// Runs optimizer steps over batches of samples. Owns nothing of the model but its moments' names:
// all state that must survive lies in the network's StateTable.
#pragma once

#include <cstdint>
#include <memory>

#include "sparsegrow/train/network.h"
#include "sparsegrow/train/optimizer.h"

namespace sparsegrow {

enum class LossKind { cross_entropy, mse };

struct TrainerConfig {
  LossKind loss = LossKind::cross_entropy;
  OptimizerConfig optimizer;
  Schedule schedule;
  double dropout = 0;  // probability of dropping a hidden unit, [0, 1)
  std::int32_t batch = 128;
  std::uint64_t seed = 0;
};

// What the samples should give: labels [samples] for cross-entropy, values [samples][outputs] for
// mse.
struct Targets {
  Span<const std::int64_t> labels;
  SampleMatrix values;
};

// Sums over the samples of one call; loss is the mean per sample.
struct StepRecord {
  std::int64_t samples = 0;
  std::int64_t correct = 0;  // cross-entropy only
  double loss = 0;
  double rate = 0;  // learning rate of the last step
};

class Trainer {
 public:
  // Goes on from the moments that an earlier trainer, or a checkpoint, has left in the network,
  // else from zero. Throws invalid_argument for settings out of range, for adagrad, and for moments
  // of another kind of optimizer: those of adam are not those of sgd and nesterov.
  Trainer(std::shared_ptr<Network> network, TrainerConfig config);

  // One step per consecutive batch of `order` (indices of samples). Throws out_of_range for a label
  // or index that does not exist, and runtime_error when a loss is not finite; the update of that
  // batch is not made.
  StepRecord train(const SampleMatrix& x, const Targets& y, Span<const std::int64_t> order);

  // The same figures without dropout and without a change.
  StepRecord evaluate(const SampleMatrix& x, const Targets& y, Span<const std::int64_t> order);

  // Output activations (logits for cross-entropy) of the chosen samples: [order][outputs] of the
  // network's dtype.
  void predict(const SampleMatrix& x, Span<const std::int64_t> order, void* out);

  // Gradients of one batch's mean loss, left in Network::gradient and, if asked, in the input rows
  // of delta(). Throws invalid_argument for no samples.
  StepRecord gradients(const SampleMatrix& x, const Targets& y, Span<const std::int64_t> chosen,
                       bool input_gradient);

  const TrainerConfig& config() const { return config_; }
  Network& network() const { return *network_; }

 private:
  StepRecord forward_loss(const SampleMatrix& x, const Targets& y, Span<const std::int64_t> chosen,
                          const DropoutParams* drop);
  void require_own_moments() const;
  void add_moments();
  void load_labels(const Targets& y, Span<const std::int64_t> chosen);
  void require_room(std::int32_t batch);
  void require_targets(const SampleMatrix& x, const Targets& y,
                       Span<const std::int64_t> order) const;
  void update(double rate);
  DropoutParams dropout_now() const;

  std::shared_ptr<Network> network_;
  TrainerConfig config_;
  std::int32_t room_ = 0;  // samples the buffers below hold
  std::unique_ptr<Buffer> labels_, losses_, correct_;
  Panel targets_;
};

}  // namespace sparsegrow
