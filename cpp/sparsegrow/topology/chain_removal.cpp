#include "sparsegrow/topology/chain_removal.h"

#include <algorithm>
#include <utility>

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

using Marks = std::vector<bool>;

// The stack while links go: which links are left, and who has any.
class Stack {
 public:
  Stack(const std::vector<Pattern>& layers, const std::vector<Positions>& removed)
      : layers_(layers) {
    for (std::size_t l = 0; l < layers.size(); ++l) {
      left_.emplace_back(layers[l].column.size(), true);
      if (removed.empty()) continue;
      for (const std::int32_t position : removed[l]) left_[l][position] = false;
    }
  }

  template <class Visit>  // calls visit(source, target, position) for each link that is left
  void for_each_left(std::size_t layer, Visit visit) const {
    const Pattern& links = layers_[layer];
    for (std::int32_t row = 0; row < links.rows(); ++row) {
      for (std::int32_t p = links.row_begin[row]; p < links.row_begin[row + 1]; ++p) {
        if (left_[layer][p]) visit(links.column[p], row, p);
      }
    }
  }

  // Of the neurons between `layer` and the next.
  Marks with_inputs(std::size_t layer) const {
    Marks marks(static_cast<std::size_t>(layers_[layer].rows()), false);
    for_each_left(layer, [&](std::int32_t, std::int32_t row, std::int32_t) { marks[row] = true; });
    return marks;
  }
  Marks with_outputs(std::size_t layer) const {
    Marks marks(static_cast<std::size_t>(layers_[layer].rows()), false);
    for_each_left(layer + 1,
                  [&](std::int32_t source, std::int32_t, std::int32_t) { marks[source] = true; });
    return marks;
  }

  void cut_entering(std::size_t layer, const Marks& spared, Positions& cut) {
    for_each_left(layer, [&](std::int32_t, std::int32_t row, std::int32_t p) {
      if (!spared[row]) cut.push_back(p);
    });
    forget(layer, cut);
  }
  void cut_leaving(std::size_t layer, const Marks& spared, Positions& cut) {
    for_each_left(layer, [&](std::int32_t source, std::int32_t, std::int32_t p) {
      if (!spared[source]) cut.push_back(p);
    });
    forget(layer, cut);
  }

 private:
  void forget(std::size_t layer, const Positions& cut) {
    for (const std::int32_t position : cut) left_[layer][position] = false;
  }

  const std::vector<Pattern>& layers_;
  std::vector<Marks> left_;  // [layers][links]
};

void require_removed(const std::vector<Pattern>& layers, const std::vector<Positions>& removed) {
  SG_REQUIRE(removed.empty() || removed.size() == layers.size(), "chain_removal",
             "got positions of ", removed.size(), " layers, expected none or ", layers.size());
  for (std::size_t l = 0; l < removed.size(); ++l) {
    std::int32_t last = -1;
    for (const std::int32_t position : removed[l]) {
      SG_REQUIRE(position > last && position < layers[l].edges(), "chain_removal", "layer ", l,
                 ": got position ", position, " after ", last,
                 ", expected positions that rise strictly below ", layers[l].edges());
      last = position;
    }
  }
}

// How many inputs there are is not said, so that no table can hold them.
void require_first_layer(const Pattern& layer) {
  require_offsets(layer, "chain_removal");
  std::vector<std::int32_t> row;
  for (std::int32_t r = 0; r < layer.rows(); ++r) {
    row.assign(layer.column.begin() + layer.row_begin[r],
               layer.column.begin() + layer.row_begin[r + 1]);
    std::sort(row.begin(), row.end());
    SG_REQUIRE(row.empty() || row.front() >= 0, "chain_removal", "row ", r, " has column ",
               row.front(), ", expected at least 0");
    const auto twice = std::adjacent_find(row.begin(), row.end());
    SG_REQUIRE(twice == row.end(), "chain_removal", "row ", r, " has column ", *twice, " twice");
  }
}

void require_stack(const std::vector<Pattern>& layers) {
  SG_REQUIRE(!layers.empty(), "chain_removal", "got no layers, expected at least 1");
  require_first_layer(layers[0]);
  for (std::size_t l = 1; l < layers.size(); ++l) {
    require_pattern(layers[l], layers[l - 1].rows(), "chain_removal");
  }
}

}  // namespace

std::int64_t ChainRemoval::alive_neurons() const {
  std::int64_t count = 0;
  for (const auto& layer : alive) count += std::count(layer.begin(), layer.end(), true);
  return count;
}

ChainRemoval chain_removal(const std::vector<Pattern>& layers,
                           const std::vector<Positions>& removed, bool keep_last) {
  require_stack(layers);
  require_removed(layers, removed);
  Stack stack(layers, removed);
  ChainRemoval result;
  result.positions.resize(layers.size());
  const std::size_t last = layers.size() - 1;
  for (std::size_t l = last; l-- > 0;) {
    stack.cut_entering(l, stack.with_outputs(l), result.positions[l]);
  }
  for (std::size_t l = 1; l <= last; ++l) {
    if (l == last && keep_last) break;
    stack.cut_leaving(l, stack.with_inputs(l - 1), result.positions[l]);
  }
  for (std::size_t l = 0; l < last; ++l) {
    Marks alive = stack.with_inputs(l);
    const Marks outputs = stack.with_outputs(l);
    for (std::size_t n = 0; n < alive.size(); ++n) alive[n] = alive[n] && outputs[n];
    result.alive.push_back(std::move(alive));
    std::sort(result.positions[l].begin(), result.positions[l].end());
  }
  return result;
}

}  // namespace sparsegrow
