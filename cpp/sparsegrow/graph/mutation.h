// A mutation is a batch of edits of a Graph: plain data, cheap to fill, applied at one go.
#pragma once

#include <cstdint>
#include <vector>

namespace sparsegrow {

// Stable name of a node: the order of its creation. Never reused while the node's history lives.
using NodeId = std::int32_t;

// What is known of a node when it is made.
struct NodeSpec {
  // Layer of a layered net, sub-DAG of a growing one: the rows of a group are contiguous.
  std::int32_t group = 0;
  // The least level the node may have; a layered net gives each node its layer here.
  std::int32_t min_level = 1;
  // An input has level 0, whatever min_level says, and takes no edges.
  bool input = false;
};

struct EdgeEnds {
  NodeId source = 0;
  NodeId target = 0;
};

// Removals name what is committed and take effect before additions, whatever the order of the
// calls. So one mutation may remove an edge and add it again: it is then a new edge, last in its
// row.
struct Mutation {
  std::vector<NodeSpec> new_nodes;      // get the ids Graph::next_node(), +1, ... in this order
  std::vector<EdgeEnds> added_edges;    // may name the new nodes
  std::vector<EdgeEnds> removed_edges;  // by their ends
  std::vector<std::int32_t> removed_positions;  // by their position in the present Csr
  std::vector<NodeId> removed_nodes;            // with all their edges

  bool empty() const {
    return new_nodes.empty() && added_edges.empty() && removed_edges.empty() &&
           removed_positions.empty() && removed_nodes.empty();
  }
};

}  // namespace sparsegrow
