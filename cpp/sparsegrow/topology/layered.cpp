#include "sparsegrow/topology/layered.h"

#include <numeric>
#include <utility>

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

void require_shapes(const std::vector<std::int32_t>& widths, const std::vector<Pattern>& links) {
  SG_REQUIRE(widths.size() >= 2, "layered_graph", "got ", widths.size(),
             " widths, expected inputs and at least one layer");
  SG_REQUIRE(links.size() + 1 == widths.size(), "layered_graph", "got ", links.size(),
             " patterns for ", widths.size(), " widths");
  for (std::size_t layer = 0; layer < widths.size(); ++layer) {
    SG_REQUIRE(widths[layer] >= 1, "layered_graph", "width ", layer, " is ", widths[layer],
               ", expected at least 1");
    if (layer == 0) continue;
    SG_REQUIRE(links[layer - 1].rows() == widths[layer], "layered_graph", "pattern ", layer - 1,
               " has ", links[layer - 1].rows(), " rows, expected ", widths[layer]);
  }
}

NodeTable layered_nodes(const std::vector<std::int32_t>& widths) {
  NodeTable nodes;
  for (std::size_t layer = 0; layer < widths.size(); ++layer) {
    const auto level = static_cast<std::int32_t>(layer);
    const NodeSpec spec{level, level, layer == 0};
    nodes.spec.insert(nodes.spec.end(), static_cast<std::size_t>(widths[layer]), spec);
  }
  assign_rows(nodes, std::vector<bool>(nodes.spec.size(), false));
  return nodes;
}

}  // namespace

Graph layered_graph(const std::vector<std::int32_t>& widths, const std::vector<Pattern>& links) {
  require_shapes(widths, links);
  Pattern all;
  all.row_begin.assign(static_cast<std::size_t>(widths[0]) + 1, 0);
  std::int32_t first_source = 0;
  for (std::size_t layer = 0; layer < links.size(); ++layer) {
    const std::int32_t offset = all.edges();
    for (std::size_t r = 1; r < links[layer].row_begin.size(); ++r) {
      all.row_begin.push_back(offset + links[layer].row_begin[r]);
    }
    for (const std::int32_t column : links[layer].column) {
      SG_REQUIRE(column >= 0 && column < widths[layer], "layered_graph", "pattern ", layer,
                 " has column ", column, ", expected 0 to ", widths[layer] - 1);
      all.column.push_back(first_source + column);
    }
    first_source += widths[layer];
  }
  return Graph(layered_nodes(widths), std::move(all));
}

}  // namespace sparsegrow
