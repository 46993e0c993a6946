#include "sparsegrow/grow/flat_graph.h"

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

class Flattening {
 public:
  explicit Flattening(const CharNet& net) : net_(net) {
    flat_.first_pattern = net.positions() * kVocabulary;
    flat_.first_neuron = flat_.first_pattern + net.patterns().patterns();
    flat_.level = net.csr().target_level;
    flat_.by_target.column.reserve(static_cast<std::size_t>(net.edges()));
    find_input_columns();
    transpose(Pattern{net.patterns().rows().row_begin, net.patterns().rows().target}, kVocabulary,
              patterns_, position_);
  }

  FlatGraph all() {
    for (std::int32_t row = 0; row < net_.csr().targets(); ++row) {
      add_inputs(row);
      if (row >= net_.first_output()) add_patterns(row - net_.first_output());
      add_neurons(row);
      flat_.by_target.row_begin.push_back(flat_.by_target.edges());
    }
    return std::move(flat_);
  }

 private:
  // Of each row: which block it is in and as which of its neurons, -1 if none.
  void find_input_columns() {
    block_.assign(static_cast<std::size_t>(net_.csr().targets()), -1);
    neuron_ = block_;
    for (std::size_t b = 0; b < net_.blocks().blocks.size(); ++b) {
      const InputBlock& block = net_.blocks().blocks[b];
      for (std::int32_t j = 0; j < block.neurons; ++j) {
        const std::int32_t row = net_.blocks().rows[static_cast<std::size_t>(block.first + j)];
        block_[static_cast<std::size_t>(row)] = static_cast<std::int32_t>(b);
        neuron_[static_cast<std::size_t>(row)] = j;
      }
    }
  }

  void add_inputs(std::int32_t row) {
    const std::int32_t b = block_[static_cast<std::size_t>(row)];
    if (b < 0) return;
    const InputBlock& block = net_.blocks().blocks[static_cast<std::size_t>(b)];
    const std::int32_t j = neuron_[static_cast<std::size_t>(row)];
    for (std::int32_t r = 0; r < block.positions * kVocabulary; ++r) {
      if (net_.is_open_input(block.begin + std::int64_t{r} * block.stride + j)) add(r);
    }
  }

  void add_patterns(std::int32_t output) {
    const auto o = static_cast<std::size_t>(output);
    for (std::int32_t e = patterns_.row_begin[o]; e < patterns_.row_begin[o + 1]; ++e) {
      add(flat_.first_pattern + patterns_.column[static_cast<std::size_t>(e)]);
    }
  }

  void add_neurons(std::int32_t row) {
    const Pattern& hidden = net_.csr().by_target;
    const auto r = static_cast<std::size_t>(row);
    for (std::int32_t e = hidden.row_begin[r]; e < hidden.row_begin[r + 1]; ++e) {
      add(flat_.first_neuron + hidden.column[static_cast<std::size_t>(e)]);
    }
  }

  void add(std::int32_t place) { flat_.by_target.column.push_back(place); }

  const CharNet& net_;
  FlatGraph flat_;
  std::vector<std::int32_t> block_, neuron_;  // [rows]
  Pattern patterns_;                          // row = output, column = pattern
  std::vector<std::int32_t> position_;
};

}  // namespace

FlatGraph flat_graph(const CharNet& net) {
  if (net.edges() > kMaxEdges) {
    throw_runtime("flat_graph", concat("got ", net.edges(), " edges, at most ", kMaxEdges));
  }
  return Flattening(net).all();
}

}  // namespace sparsegrow
