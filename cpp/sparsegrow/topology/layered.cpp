#include "sparsegrow/topology/layered.h"

#include <numeric>
#include <string>
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
  }
  for (std::size_t layer = 0; layer < links.size(); ++layer) {
    SG_REQUIRE(links[layer].rows() == widths[layer + 1], "layered_graph", "pattern ", layer,
               " has ", links[layer].rows(), " rows, expected ", widths[layer + 1]);
    const std::string where = concat("layered_graph, pattern ", layer);
    require_pattern(links[layer], widths[layer], where.c_str());
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
      all.column.push_back(first_source + column);
    }
    first_source += widths[layer];
  }
  return Graph(layered_nodes(widths), std::move(all));
}

}  // namespace sparsegrow
