#include "sparsegrow/topology/absent.h"

#include <algorithm>
#include <vector>

#include "sparsegrow/base/check.h"
#include "sparsegrow/base/parallel.h"

namespace sparsegrow {
namespace {

constexpr std::int32_t kRowsPerChunk = 64;

using Columns = std::vector<std::int32_t>;

// Where the absent cells of a row begin in the count of all.
std::int64_t first_rank(const Pattern& layer, std::int32_t sources, std::int32_t row) {
  return static_cast<std::int64_t>(row) * sources - layer.row_begin[row];
}

// Sorts the columns of one row: by marking them in a set of bits, or by comparing where the bits
// would be many more than the columns.
class RowSorter {
 public:
  explicit RowSorter(std::int32_t sources) : sources_(sources) {}

  const Columns& sorted(Span<const std::int32_t> row) {
    columns_.assign(row.begin(), row.end());
    if (std::is_sorted(columns_.begin(), columns_.end())) return columns_;
    if (static_cast<std::size_t>(sources_) > 512 * columns_.size()) {
      std::sort(columns_.begin(), columns_.end());
    } else {
      sort_by_bits();
    }
    return columns_;
  }

 private:
  static int lowest_bit(std::uint64_t bits) {
    int place = 0;
    for (int step = 32; step > 0; step /= 2) {
      const std::uint64_t lower = (std::uint64_t{1} << step) - 1;
      if ((bits & lower) != 0) continue;
      bits >>= step;
      place += step;
    }
    return place;
  }

  void sort_by_bits() {
    bits_.resize(static_cast<std::size_t>(sources_) / 64 + 1, 0);
    for (const std::int32_t column : columns_) {
      bits_[column / 64] |= std::uint64_t{1} << (column % 64);
    }
    std::size_t next = 0;
    for (std::size_t word = 0; word < bits_.size(); ++word) {
      for (; bits_[word] != 0; bits_[word] &= bits_[word] - 1) {
        columns_[next++] = static_cast<std::int32_t>(word * 64) + lowest_bit(bits_[word]);
      }
    }
  }

  std::int32_t sources_;
  Columns columns_;
  std::vector<std::uint64_t> bits_;  // all zero between calls
};

// The absent cell with rank q lies q plus the number of present columns before it from the left.
void name_cells(const Columns& present, std::int32_t row, std::int64_t first,
                Span<const std::int64_t> ranks, Link* out) {
  std::size_t before = 0;
  for (const std::int64_t rank : ranks) {
    std::int64_t column = rank - first + static_cast<std::int64_t>(before);
    while (before < present.size() && present[before] <= column) {
      ++before;
      ++column;
    }
    *out++ = {static_cast<std::int32_t>(column), row};
  }
}

}  // namespace

std::int64_t absent_count(const Pattern& layer, std::int32_t sources) {
  return static_cast<std::int64_t>(sources) * layer.rows() - layer.edges();
}

void require_absent(const Pattern& layer, std::int32_t sources, std::int64_t count,
                    const char* where) {
  SG_REQUIRE(sources >= 0, where, "got ", sources, " sources, expected at least 0");
  require_pattern(layer, sources, where);
  const std::int64_t absent = absent_count(layer, sources);
  SG_REQUIRE(count >= 0 && count <= absent, where, "got ", count, " links to add, expected 0 to ",
             absent, ", the absent links of a layer of ", sources, " x ", layer.rows());
  SG_REQUIRE(count + layer.edges() <= kMaxEdges, where, "got ", count, " links to add to ",
             layer.edges(), ", expected at most ", kMaxEdges, " together");
}

Links absent_links(const Pattern& layer, std::int32_t sources, Span<const std::int64_t> ranks) {
  Links links(ranks.size());
  const std::int32_t rows = layer.rows();
  const auto place = [&](std::int32_t row) {
    const std::int64_t first = first_rank(layer, sources, row);
    return static_cast<std::size_t>(std::lower_bound(ranks.begin(), ranks.end(), first) -
                                    ranks.begin());
  };
  parallel_for((rows + kRowsPerChunk - 1) / kRowsPerChunk, [&](std::int64_t chunk) {
    RowSorter sorter(sources);
    const auto first_row = static_cast<std::int32_t>(chunk * kRowsPerChunk);
    const std::int32_t last_row = std::min(rows, first_row + kRowsPerChunk);
    std::size_t begin = place(first_row);
    for (std::int32_t row = first_row; row < last_row; ++row) {
      const std::size_t end = place(row + 1);
      if (begin == end) continue;
      const std::int32_t at = layer.row_begin[row];
      const auto size = static_cast<std::size_t>(layer.row_begin[row + 1] - at);
      name_cells(sorter.sorted({layer.column.data() + at, size}), row,
                 first_rank(layer, sources, row), {ranks.data() + begin, end - begin},
                 links.data() + begin);
      begin = end;
    }
  });
  return links;
}

}  // namespace sparsegrow
