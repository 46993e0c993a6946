// A mutation is a batch of edits of a Graph: plain data, cheap to fill, applied at one go.
#pragma once

#include <cstdint>
#include <vector>

namespace sparsegrow {

// Stable name of a node: the order of its creation. Never reused while the node's history lives.
using NodeId = std::int32_t;

// What is known of a node when it is made.
struct NodeSpec {
  std::int32_t group = 0;      // layer of a layered net, sub-DAG of a growing one; rows of a group are contiguous
  std::int32_t min_level = 1;  // level 0 is for inputs only; a layered net gives each node its layer here
  bool input = false;          // an input has level 0 and takes no edges
};

struct EdgeEnds {
  NodeId source = 0;
  NodeId target = 0;
};

// Removals take effect before additions, whatever the order of the calls, so one mutation may remove an
// edge and add it again (it is then a new edge, last in its row).
struct Mutation {
  std::vector<NodeSpec> new_nodes;               // get the ids Graph::next_node(), +1, ... in this order
  std::vector<EdgeEnds> added_edges;             // may name the new nodes
  std::vector<EdgeEnds> removed_edges;           // by their ends
  std::vector<std::int32_t> removed_positions;   // by their position in the present Csr
  std::vector<NodeId> removed_nodes;             // with all their edges
};

}  // namespace sparsegrow
