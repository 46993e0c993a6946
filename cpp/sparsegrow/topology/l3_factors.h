// What one node adds to a Cannistraci-Hebb score by paths of length 3.
//
// A path from target v to source u is v - z2 - z1 - u with links (z2, v), (z2, z1), (u, z1). For a
// node z on such paths, i is the number of its links inside the local community, d its degree, and
// e = d - i - 1 the number of those that lead outside.
#pragma once

#include <cstdint>
#include <vector>

namespace sparsegrow {

enum class L3Kind {
  ch3_path,  // sum over paths of 1 / sqrt((1 + e1) (1 + e2))
  ch2_path,  // sum over paths of sqrt((1 + i1) (1 + i2)) / sqrt((1 + e1) (1 + e2))
  ch3_node,  // sum over the nodes of the community of 1 / (1 + e)
  ch2_node,  // sum over the nodes of the community of (1 + i) / (1 + e)
};

bool by_paths(L3Kind kind);  // else by nodes

// What a node adds in a sum over nodes, or multiplies by in a sum over paths: a factor of i times a
// factor of 1 + e, both looked up.
class L3Factors {
 public:
  L3Factors(L3Kind kind, std::int32_t most_links);

  // internal: links inside the community, at most `degree`. Where degree - internal is 0, the cell
  // is a present link, whose score nobody asks for.
  float of(std::int32_t internal, std::int32_t degree) const {
    return inside_[internal] * outside_[degree - internal];
  }
  // [degree + 1] the factors of a node by its links inside the community; none at all give 0.
  void list(std::int32_t degree, std::vector<float>& factors) const;

 private:
  std::vector<float> inside_;   // [most_links + 1] by i
  std::vector<float> outside_;  // [most_links + 1] by 1 + e
};

}  // namespace sparsegrow
