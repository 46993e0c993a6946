// The growing network: 98 sub-DAGs that predict the next character, with all their state. It
// computes through the verbs of a Backend and changes through grow(), one commit at a time.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sparsegrow/backend/backend.h"
#include "sparsegrow/grow/char_batch.h"
#include "sparsegrow/grow/proposal.h"
#include "sparsegrow/grow/wiring.h"
#include "sparsegrow/train/state_table.h"

namespace sparsegrow {

struct CharNetConfig {
  std::uint64_t seed = 0;
  std::int32_t context = 2;
  std::int32_t max_depth = 5;
  DType dtype = DType::f32;
};

// Base learning rates of adagrad, by kind of parameter, and its epsilon in samples of the batch.
struct CharRates {
  double input = 0.1;
  double pattern = 0.3;
  double hidden = 0.05;
  double bias = 0.05;
  double cell = 0.02;
  double epsilon = 1.0;
  double decay = 0;  // of live pattern weights, per step
};

// Recurrent state of the memory cells at the border of two windows: [2][streams][rows].
struct CellMemory {
  std::shared_ptr<Buffer> before, after;
};

class CharNet {
 public:
  CharNet(std::shared_ptr<Backend> backend, const CharNetConfig& config);
  // A network of the given wiring whose state is still to be set.
  CharNet(std::shared_ptr<Backend> backend, DType dtype, Wiring wiring);

  const Wiring& wiring() const { return wiring_; }
  const PatternTree& patterns() const { return *wiring_.patterns; }
  const InputBlocks& blocks() const { return blocks_; }
  const Csr& csr() const { return wiring_.graph->csr; }
  Backend& backend() const { return *backend_; }
  DType dtype() const { return dtype_; }
  StateTable& hidden_state() { return hidden_; }  // edges and rows of the hidden graph
  const StateTable& hidden_state() const { return hidden_; }
  StateTable& input_state() { return input_; }  // elements of the blocks
  const StateTable& input_state() const { return input_; }
  StateTable& pattern_state() { return pattern_; }
  const StateTable& pattern_state() const { return pattern_; }
  // Whether an element of the blocks is an edge: one that was pruned has weight and gate zero.
  bool is_open_input(std::int64_t place) const;
  std::int64_t edges() const;
  std::int64_t parameters() const;  // two per edge, a bias per row, kCellParameters per cell
  std::int64_t bytes() const;       // topology, state, gradients, panels
  std::int64_t peak_bytes() const { return peak_bytes_; }       // with the snapshots of the time
  const std::vector<float>& signal() const { return signal_; }  // [rows], see note_signal()
  void set_signal(std::vector<float> signal);

  // --- compute
  std::int32_t positions() const { return wiring_.context(); }
  CellMemory make_memory(std::int32_t streams) const;
  // Fills the rows of the cells in memory.after. Queues its work, as backward() and update() do.
  void forward(const CharBatch& batch, CellMemory& memory);
  // Mean cross-entropy per sample in nats; leaves its gradient in the output rows of delta. The one
  // wait of a step: all that is queued is done when it returns.
  double loss(const CharBatch& batch);
  void backward(const CharBatch& batch, const CellMemory& memory);
  void update(const CharBatch& batch, const CharRates& rates, double factor);
  // Keeps the mean square of each row's gradient: the signal that growth looks for.
  void note_signal();
  const Buffer& losses() const { return *losses_; }    // [batch] of the last loss()
  const Buffer& correct() const { return *correct_; }  // int32 [batch]
  const Panel& delta() const { return delta_; }
  const Panel& logits() const { return z_; }  // rows from first_output() on
  std::int32_t first_output() const { return wiring_.hidden(); }
  // Gradients by name: "input", "pattern", "hidden" (of the products weight * gate), "bias",
  // "cell".
  const Buffer& gradient(const std::string& name) const;

  // --- change
  // All proposals in one commit; returns the edges that each added, or removed if it prunes. Throws
  // invalid_argument if one cannot be made; then nothing has changed. Cost O(edges).
  std::vector<std::int64_t> grow(const std::vector<Proposal>& proposals, const PatternOffer& offer);

  struct Snapshot {
    Wiring wiring;
    StateTable::Snapshot hidden, input, pattern;
    std::vector<float> signal;
    std::int64_t steps = 0;
    std::shared_ptr<void> kept;  // counts into the peak as long as it lives
  };
  Snapshot snapshot();
  // Exact bits. When memory runs out the network is as it was, or rolled back already.
  void rollback(const Snapshot& snapshot);
  std::int32_t rollbacks() const { return rollbacks_; }
  // Whether a cell is the one that its node had after so many rollbacks: what a rollback gives up,
  // ids of nodes too, may be made anew.
  bool is_cell_since(NodeId node, std::int32_t rollbacks) const;

  std::int64_t steps = 0;  // optimizer steps taken

 private:
  friend class GrowthCommit;
  void add_state();
  void start_weights(std::uint64_t seed);
  void adopt_topology();
  void note_peak() { peak_bytes_ = std::max(peak_bytes_, bytes() + *kept_bytes_); }
  std::shared_ptr<void> keep(std::int64_t bytes);
  std::vector<std::int32_t> given_up_by(const Wiring& saved) const;
  void require_batch(std::int32_t batch);
  CellRows cells_of(std::int32_t level, std::int32_t streams) const;
  GatedEdges edges_of(StateTable& table) const;
  void adagrad(const std::string& name, const Buffer& gradient, OptimizerParams params);

  std::shared_ptr<Backend> backend_;
  DType dtype_;
  Wiring wiring_;
  InputBlocks blocks_;
  StateTable hidden_, input_, pattern_;
  std::unique_ptr<DeviceCsr> device_;  // null: to be adopted by the next forward()
  std::vector<std::vector<std::int32_t>> cell_rows_, cell_places_;  // by level
  std::unique_ptr<Buffer> product_, dhidden_, dweight_, dgate_, dbias_, dcell_, dinput_, dpattern_;
  std::unique_ptr<Buffer> labels_, losses_, correct_;
  Panel a_, z_, delta_, tape_;
  std::vector<float> signal_;
  std::int32_t rollbacks_ = 0;
  std::vector<std::int32_t> given_up_;  // [ids] rollbacks until the last that took the node or cell
  std::int64_t peak_bytes_ = 0;
  // Of the snapshots that live; one may outlive the network, on another thread.
  std::shared_ptr<std::atomic<std::int64_t>> kept_bytes_ =
      std::make_shared<std::atomic<std::int64_t>>(0);
};

}  // namespace sparsegrow
