// A restricted Boltzmann machine trained by contrastive divergence on the links it has.
//
// Everything that must survive (weights, biases, velocities) lies in the network's StateTable;
// beside it only the persistent chains are state. What is drawn is a function of the seed and of
// the step, so a run that goes on from any step has the same bits as one that never stopped.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sparsegrow/train/optimizer.h"
#include "sparsegrow/train/rbm_layers.h"

namespace sparsegrow {

struct RbmConfig {
  std::int32_t batch = 10;       // samples of a step, and persistent chains
  std::int32_t gibbs = 1;        // sweeps of a chain in a step: the k of CD-k
  bool persistent = false;       // chains go on from step to step instead of starting at the data
  bool mean_field_last = false;  // the statistics of the last sweep take p(h|v), not its sample
  bool sample_visible = false;   // visible units of a chain are drawn; else they are p(v|h)
  OptimizerConfig optimizer;     // sgd or nesterov
  std::uint64_t seed = 0;
};

struct RbmRecord {
  std::int64_t samples = 0;
  double error =
      0;  // mean square over samples and visible units of v - p(v|h), h drawn from p(h|v)
};

// One change of the topology.
struct Rewiring {
  double fraction = 0;      // of the links of either sign that go, those nearest to zero
  std::int64_t links = 0;   // links grow at random until there are so many
  double deviation = 0.05;  // of the weights of new links, normal around zero
  std::int64_t change = 0;  // names the draws
};

enum class HiddenUse { probability, sample };

class Rbm {
 public:
  // Adds the velocities to the network's state. Throws invalid_argument for a setting out of range,
  // or a network without exactly two levels, with srelu, or with the moments of adam.
  Rbm(std::shared_ptr<Network> network, RbmConfig config);

  // One step per consecutive batch of `order`. x: [samples][visible], values 0 to 1. Throws
  // out_of_range for an index that does not exist, and runtime_error when the error is not finite;
  // the update of that batch is not made. Cost of a step (3 + 2 gibbs) products with the links,
  // one more with persistent chains.
  RbmRecord train(const SampleMatrix& x, Span<const std::int64_t> order, double rate);

  // Gradients of one batch as train() uses them, left in Network::gradient: the statistics of the
  // chains less those of the data, each a mean. Moves persistent chains.
  RbmRecord gradients(const SampleMatrix& x, Span<const std::int64_t> chosen);

  // Removes by sign and grows at random, in one commit: the other links keep weight and velocity to
  // the bit. Throws as remove_signed and regrow_random; then nothing has changed.
  Remap rewire(const Rewiring& how);

  // --- use; nothing changes. `out` has the network's dtype.
  void hidden_probabilities(const SampleMatrix& x, Span<const std::int64_t> order, void* out);
  // p(v|h) with h = p(h|v), [order][visible], and the mean square of its distance from x; with
  // HiddenUse::sample, h is drawn in the stream `draw`.
  void reconstruct(const SampleMatrix& x, Span<const std::int64_t> order, void* out);
  double reconstruction_error(const SampleMatrix& x, Span<const std::int64_t> order, HiddenUse use,
                              std::uint64_t draw);
  // Chains of `sweeps` sweeps from the chosen samples; p(v|h) of the last one, [order][visible].
  void run_chains(const SampleMatrix& x, Span<const std::int64_t> order, std::int64_t sweeps,
                  std::uint64_t draw, void* out);

  // Hidden units of the persistent chains, [batch][hidden] of the network's dtype, 0 and 1. Both
  // throw invalid_argument without such chains, and the second for another shape.
  void read_chains(void* out) const;
  void set_chains(const SampleMatrix& states);

  // Names the draws of one half of a sweep of the present step; sweep 0 draws the data's hidden
  // units.
  DrawStream draw_of_step(std::int64_t sweep, bool visible) const;
  const RbmConfig& config() const { return config_; }
  const RbmLayers& layers() const { return layers_; }

 private:
  void load(const SampleMatrix& x, Span<const std::int64_t> chosen, Panel& panel) const;
  void start_chains();
  void positive_phase();
  double begin_sweep();
  void negative_phase();
  void collect(const Panel& units, Buffer& weight, Buffer& bias) const;
  void subtract_data(const char* parameter, const Buffer& data) const;
  void update(double rate);
  template <class Body>
  void for_probes(const SampleMatrix& x, Span<const std::int64_t> order, const Body& body);

  RbmLayers layers_;
  RbmConfig config_;
  Panel data_, chain_, probe_;
  std::unique_ptr<Buffer> data_weight_, data_bias_;  // statistics of the data
};

}  // namespace sparsegrow
