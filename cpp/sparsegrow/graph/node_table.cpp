#include "sparsegrow/graph/node_table.h"

#include <algorithm>

#include "sparsegrow/base/check.h"

namespace sparsegrow {

void require_spec(const NodeSpec& spec, const char* where) {
  SG_REQUIRE(spec.group >= 0 && spec.group < kMaxGroups, where, "got group ", spec.group,
             ", expected 0 to ", kMaxGroups - 1);
  SG_REQUIRE(spec.input || (spec.min_level >= 1 && spec.min_level <= kMaxMinLevel), where,
             "got min_level ", spec.min_level, ", expected 1 to ", kMaxMinLevel);
}

void assign_rows(NodeTable& table, const std::vector<bool>& removed) {
  SG_REQUIRE(removed.size() == table.spec.size(), "assign_rows", "got ", removed.size(),
             " flags for ", table.spec.size(), " nodes, expected one each");
  std::int32_t groups = 0;
  for (const NodeSpec& spec : table.spec) {
    require_spec(spec, "assign_rows");
    groups = std::max(groups, spec.group + 1);
  }
  table.group_begin.assign(static_cast<std::size_t>(groups) + 1, 0);
  for (std::int32_t n = 0; n < table.nodes(); ++n) {
    if (!removed[n]) ++table.group_begin[table.spec[n].group + 1];
  }
  for (std::int32_t g = 0; g < groups; ++g) table.group_begin[g + 1] += table.group_begin[g];
  table.row.assign(table.spec.size(), -1);
  table.node.assign(static_cast<std::size_t>(table.group_begin.back()), 0);
  std::vector<std::int32_t> next = table.group_begin;
  for (std::int32_t n = 0; n < table.nodes(); ++n) {
    if (removed[n]) continue;
    table.row[n] = next[table.spec[n].group]++;
    table.node[table.row[n]] = n;
  }
}

}  // namespace sparsegrow
