// Where everything went in one commit. Whatever has one value per edge or per row is carried by it.
#pragma once

#include <cstdint>
#include <vector>

namespace sparsegrow {

constexpr std::int32_t kNew = -1;

struct Remap {
  std::vector<std::int32_t> edge;   // new position -> old position, or kNew
  std::vector<std::int32_t> row;    // new row -> old row, or kNew
  std::vector<std::int32_t> added;  // new position of each added edge, in the order of the edits
  std::int32_t old_edges = 0;
  std::int32_t old_rows = 0;
};

}  // namespace sparsegrow
