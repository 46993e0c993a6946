#include "sparsegrow/grow/growth_commit.h"

#include <algorithm>
#include <cmath>

#include "sparsegrow/backend/element.h"
#include "sparsegrow/base/check.h"
#include "sparsegrow/base/rng.h"

namespace sparsegrow {
namespace {

// A cell that forgets slowly, writes and reads half open. What it adds is p[12] = 0 times.
constexpr double kCellStart[kCellParameters] = {0.5, 0, 0, 0.5, 0, 2, 0.5, 0, 0, 1, 0, 0, 0};

}  // namespace

void GrowthCommit::commit_graph() {
  if (new_nodes_.empty() && new_edges_.empty() && removed_.hidden.empty()) return;
  Graph graph;
  graph.restore(wiring_.graph);
  Mutation mutation;
  mutation.new_nodes = new_nodes_;
  for (const NewEdge& edge : new_edges_) mutation.added_edges.push_back({edge.source, edge.target});
  mutation.removed_positions = removed_.hidden;
  graph.apply(mutation);
  const Remap remap = graph.commit();
  wiring_.graph = graph.snapshot();
  net_.hidden_.carry(remap);
  Buffer& weights = net_.hidden_.buffer("weight");
  for (std::size_t k = 0; k < new_edges_.size(); ++k) {
    store_element(weights, net_.dtype_, remap.added[k], new_edges_[k].weight);
  }
  std::vector<float> signal(remap.row.size(), 0.0f);
  for (std::size_t row = 0; row < signal.size(); ++row) {
    if (remap.row[row] != kNew)
      signal[row] = net_.signal_[static_cast<std::size_t>(remap.row[row])];
  }
  net_.signal_ = std::move(signal);
}

void GrowthCommit::carry_inputs() {
  const InputBlocks next = input_blocks(wiring_);
  const bool same = std::equal(next.blocks.begin(), next.blocks.end(), net_.blocks_.blocks.begin(),
                               [](const InputBlock& a, const InputBlock& b) {
                                 return a.positions == b.positions && a.neurons == b.neurons;
                               });
  if (!same) net_.input_.carry(block_remap(net_.blocks_, next));
  net_.blocks_ = next;
}

// New neurons see all positions that were there before this commit; what expand_context adds for
// them is random too, for their own edges towards the output are zero.
void GrowthCommit::start_columns() {
  Buffer& weights = net_.input_.buffer("weight");
  for (const NewColumn& column : new_columns_) {
    const InputBlock& block = net_.blocks_.blocks[static_cast<std::size_t>(column.sub_dag)];
    Rng rng(column.seed, stream_id(0x636f6c75));
    const double deviation = column.deviation / std::sqrt(static_cast<double>(block.positions));
    for (std::int64_t r = 0; r < std::int64_t{block.positions} * kVocabulary; ++r) {
      store_element(weights, net_.dtype_, block.begin + r * block.stride + column.column,
                    deviation * rng.normal());
    }
  }
}

void GrowthCommit::close_inputs() {
  for (const std::int32_t place : removed_.inputs) {
    for (const char* name : {"weight", "gate"}) {
      store_element(net_.input_.buffer(name), net_.dtype_, place, 0.0);
    }
  }
  wiring_.closed += static_cast<std::int64_t>(removed_.inputs.size());
}

void GrowthCommit::start_cells() {
  const std::int64_t rows = wiring_.rows();
  for (const NodeId node : new_cells_) {
    const std::int32_t row = wiring_.graph->nodes.row[static_cast<std::size_t>(node)];
    for (std::int64_t k = 0; k < kCellParameters; ++k) {
      store_element(net_.hidden_.buffer("cell"), net_.dtype_, k * rows + row, kCellStart[k]);
    }
  }
}

void GrowthCommit::carry_patterns() {
  if (pattern_edges_.empty() && removed_.patterns.empty()) return;
  auto tree = std::make_shared<PatternTree>(*wiring_.patterns);
  if (!removed_.patterns.empty()) net_.pattern_.carry(tree->remove(removed_.patterns));
  if (!pattern_edges_.empty()) net_.pattern_.carry(tree->add(pattern_edges_, bare_patterns_));
  wiring_.patterns = std::move(tree);
}

// What is written in place is first copied, so that the tables kept by apply() stay as they were.
void GrowthCommit::own_arrays() {
  if (!removed_.inputs.empty()) {
    net_.input_.own("weight");
    net_.input_.own("gate");
  }
  if (!new_cells_.empty()) net_.hidden_.own("cell");
}

std::vector<std::int64_t> GrowthCommit::apply() {
  StateTable hidden = net_.hidden_, input = net_.input_, pattern = net_.pattern_;
  InputBlocks blocks = net_.blocks_;
  Wiring before = net_.wiring_;
  auto signal = net_.signal_;
  try {
    own_arrays();
    close_inputs();
    commit_graph();
    carry_inputs();
    start_columns();
    start_cells();
    carry_patterns();
    require_wiring(wiring_, "CharNet.grow");
    net_.wiring_ = wiring_;
    net_.adopt_topology();
  } catch (...) {
    net_.device_.reset();
    net_.hidden_ = std::move(hidden);
    net_.input_ = std::move(input);
    net_.pattern_ = std::move(pattern);
    net_.blocks_ = std::move(blocks);
    net_.signal_ = std::move(signal);
    net_.wiring_ = std::move(before);
    throw;
  }
  return counts_;
}

std::vector<std::int64_t> CharNet::grow(const std::vector<Proposal>& proposals,
                                        const PatternOffer& offer) {
  backend_->finish();  // weights are read, and written in place
  GrowthCommit commit(*this);
  for (const Proposal& proposal : proposals) commit.plan(proposal, offer);
  return commit.apply();
}

}  // namespace sparsegrow
