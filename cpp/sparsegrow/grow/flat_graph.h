// The whole graph of a growing network as one pattern over one activation array, the way an engine
// that gathers every input would hold it: for the locality profiler and for drawings.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/grow/char_net.h"

namespace sparsegrow {

// The array: 98 one-hot inputs for each position, the nearest first; the pattern inputs in order of
// creation; the rows of the hidden graph, which are the neurons, sub-DAG after sub-DAG and in each
// in order of creation, then the outputs.
struct FlatGraph {
  Pattern by_target;                // rows of the hidden graph; columns are places in the array
  std::vector<std::int32_t> level;  // [rows]
  std::int32_t first_pattern = 0;   // place of the first pattern input
  std::int32_t first_neuron = 0;    // place of the first row

  std::int32_t places() const { return first_neuron + by_target.rows(); }
};

// A row has its one-hot inputs first, then its pattern inputs, then neurons, each in the order in
// which they are stored; edges that were pruned are left out. Throws runtime_error where there are
// more edges than int32 can count. Cost O(edges).
FlatGraph flat_graph(const CharNet& net);

}  // namespace sparsegrow
