// A network is a Csr with state: it computes forward and backward through the levels of its graph
// and grows through Graph::commit without losing a weight or a moment.
//
// The first group of the graph holds the inputs, the last one the outputs, and the top level is
// exactly the outputs; a layered net (topology/layered.h) is the special case in which every group
// is a level.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sparsegrow/backend/backend.h"
#include "sparsegrow/graph/graph.h"
#include "sparsegrow/train/state_table.h"

namespace sparsegrow {

enum class HiddenActivation { identity, relu, leaky_relu, tanh, sigmoid, srelu, all_relu };

struct NetworkConfig {
  DType dtype = DType::f32;
  HiddenActivation hidden = HiddenActivation::relu;
  ActivationKind output = ActivationKind::identity;
  double slope =
      0.01;  // leaky ReLU: slope below zero; All-ReLU: alpha, its sign set by the level's parity
};

class Network {
 public:
  Network(std::shared_ptr<Backend> backend, Graph graph, NetworkConfig config);

  const Graph& graph() const { return graph_; }
  const NetworkConfig& config() const { return config_; }
  Backend& backend() const { return *backend_; }
  const DeviceCsr& device() const {
    return *view_.device;
  }  // of the present topology; gone after grow()
  StateTable& state() { return state_; }
  const StateTable& state() const { return state_; }
  std::int32_t inputs() const;
  std::int32_t outputs() const;
  std::int32_t first_output() const;  // row of the first output
  std::int32_t levels() const { return csr().target_plan.levels(); }
  std::int64_t parameters() const;  // edges + biases of non-input rows + SReLU numbers
  std::int64_t bytes() const;       // topology, state, gradients and panels

  // --- compute. forward() reads the packed inputs; backward() starts from the gradient that a loss
  // has written into the output rows of delta(). Gradients stand in gradient("weight"), ...
  // afterwards.
  void pack_inputs(const SampleMatrix& x, Span<const std::int64_t> chosen);
  void forward(const DropoutParams* drop = nullptr);
  void backward(const DropoutParams* drop = nullptr, bool input_gradient = false);
  Panel& activations() { return a_; }
  Panel& preactivations() { return z_; }
  Panel& delta() { return delta_; }
  Buffer& gradient(const std::string& parameter) const;  // out_of_range if there is none
  const std::vector<std::string>& parameter_names() const { return parameter_names_; }
  std::vector<LevelStats> activation_stats();

  // --- change. One commit; weights[k] is the start value of the k-th added edge (none means all
  // zero). New rows start with bias 0, and gradients anew. On any throw the network is as before.
  // Cost O(V + E) per state array.
  Remap grow(const Mutation& mutation, Span<const double> weights);

  struct Snapshot {
    Graph::Snapshot graph;
    StateTable::Snapshot state;
    std::int64_t steps = 0;
  };
  Snapshot snapshot() const;
  // Exact bits, moments included; moments that the snapshot does not have start anew. Throws as
  // StateTable::restore, and then the network is as before.
  void rollback(const Snapshot& snapshot);

  std::int64_t steps = 0;  // optimizer steps taken

 private:
  // What is made anew for a topology and carries nothing over.
  struct View {
    std::unique_ptr<DeviceCsr> device;
    std::vector<std::pair<std::string, std::shared_ptr<Buffer>>> gradients;
  };

  const Csr& csr() const { return graph_.csr(); }
  ActivationParams activation_of(std::int32_t level) const;
  bool is_srelu(std::int32_t level) const;
  const Buffer* srelu_of(std::int32_t level) const;
  static void require_layout(const Graph& graph);
  void require_batch(std::int32_t batch);
  View view_of(const Graph& graph, const StateTable& state) const;
  void adopt(Graph graph, StateTable state, View view) noexcept;
  void start_new_rows(StateTable& state, const std::vector<std::int32_t>& old_row) const;

  std::shared_ptr<Backend> backend_;
  Graph graph_;
  NetworkConfig config_;
  StateTable state_;
  std::vector<std::string> parameter_names_;
  View view_;
  Panel a_, z_, delta_;
};

}  // namespace sparsegrow
