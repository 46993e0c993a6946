// Chain removal: after a removal, the links that lead nowhere go too.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/topology/link.h"

namespace sparsegrow {

struct ChainRemoval {
  std::vector<Positions> positions;      // [layers] to remove beside those removed before
  std::vector<std::vector<bool>> alive;  // [layers - 1][neurons]: has links on both sides

  std::int64_t alive_neurons() const;  // hidden ones, in the whole stack
};

// One sweep back and one forth over a stack of layers: a hidden neuron without links towards the
// outputs loses all links that enter it, and one without links from the inputs loses all that
// leave it. That is a fixpoint: afterwards each hidden neuron has links on both sides or on none.
// Inputs may lose all their links.
//
// layers: row = target, columns = the rows of the layer before. removed: [layers] positions that
// are as good as gone, or empty for none. With keep_last the last layer loses nothing, as is usual
// for a dense output layer; a neuron without inputs is then dead in spite of its links to it.
// Throws invalid_argument for an unsound stack or positions that do not rise. Cost O(neurons +
// links).
ChainRemoval chain_removal(const std::vector<Pattern>& layers,
                           const std::vector<Positions>& removed, bool keep_last);

}  // namespace sparsegrow
