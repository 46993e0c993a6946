#include "sparsegrow/topology/feature_correlation.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sparsegrow/base/check.h"
#include "sparsegrow/base/parallel.h"
#include "sparsegrow/topology/link_choice.h"
#include "sparsegrow/topology/neighbour_lists.h"

namespace sparsegrow {
namespace {

constexpr std::int32_t kBlock = 32;    // features whose correlations are made at one go
constexpr std::int32_t kAtOnce = 4;    // samples per pass over a block
constexpr std::int32_t kInFloat = 64;  // passes between two additions in double precision

// Mean and 1 / root of the squared deviations, per feature; 0 for a constant one.
struct Moments {
  std::vector<float> mean;
  std::vector<double> inverse_norm;
};

template <class Visit>  // calls visit(feature, value) for each value
void for_each_value(const FeatureTable& table, Visit visit) {
  for (std::int64_t sample = 0; sample < table.samples(); ++sample) {
    const float* row = table.values.data() + sample * table.features;
    for (std::int32_t f = 0; f < table.features; ++f) visit(f, row[f]);
  }
}

Moments moments_of(const FeatureTable& table) {
  std::vector<double> sum(static_cast<std::size_t>(table.features), 0), square = sum;
  for_each_value(table, [&](std::int32_t f, float value) { sum[f] += value; });
  Moments moments;
  for (const double s : sum) {
    moments.mean.push_back(static_cast<float>(s / static_cast<double>(table.samples())));
  }
  for_each_value(table, [&](std::int32_t f, float value) {
    const double apart = double{value} - moments.mean[f];
    square[f] += apart * apart;
  });
  for (const double s : square) moments.inverse_norm.push_back(s > 0 ? 1 / std::sqrt(s) : 0.0);
  return moments;
}

// Correlations of the features [first, last) with all.
class CorrelationBlock {
 public:
  CorrelationBlock(const FeatureTable& table, const Moments& moments, std::int32_t first,
                   std::int32_t last)
      : table_(table), moments_(moments), first_(first), rows_(last - first) {
    const auto width = static_cast<std::size_t>(table.features);
    centred_.assign(kAtOnce * width, 0);
    part_.assign(static_cast<std::size_t>(rows_) * width, 0);
    sum_.assign(part_.size(), 0);
    for (std::int64_t sample = 0, pass = 1; sample < table.samples(); sample += kAtOnce, ++pass) {
      centre(sample);
      add_products();
      if (pass % kInFloat == 0) move_to_sum();
    }
    move_to_sum();
  }

  // |correlation| of feature first + row with `feature`.
  float at(std::int32_t row, std::int32_t feature) const {
    if (first_ + row == feature) return 0;
    const double norms = moments_.inverse_norm[first_ + row] * moments_.inverse_norm[feature];
    const double size = std::fabs(sum_[index(row, feature)] * norms);
    return size > 0 ? static_cast<float>(size) : 0;  // 0 instead of NaN
  }

 private:
  std::size_t index(std::int32_t row, std::int32_t feature) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(table_.features) +
           static_cast<std::size_t>(feature);
  }

  void centre(std::int64_t sample) {  // what is beyond the last sample counts as its mean
    for (std::int32_t i = 0; i < kAtOnce; ++i) {
      float* out = centred_.data() + index(i, 0);
      const bool there = sample + i < table_.samples();
      const float* in = table_.values.data() + (there ? (sample + i) * table_.features : 0);
      for (std::int32_t f = 0; f < table_.features; ++f) {
        out[f] = there ? in[f] - moments_.mean[f] : 0;
      }
    }
  }

  void add_products() {
    const float *a = centred_.data(), *b = a + table_.features, *c = b + table_.features,
                *d = c + table_.features;
    for (std::int32_t row = 0; row < rows_; ++row) {
      float* out = part_.data() + index(row, 0);
      const std::int32_t own = first_ + row;
      const float wa = a[own], wb = b[own], wc = c[own], wd = d[own];
      for (std::int32_t f = 0; f < table_.features; ++f) {
        out[f] += (wa * a[f] + wb * b[f]) + (wc * c[f] + wd * d[f]);
      }
    }
  }

  void move_to_sum() {
    for (std::size_t i = 0; i < part_.size(); ++i) {
      sum_[i] += part_[i];
      part_[i] = 0;
    }
  }

  const FeatureTable& table_;
  const Moments& moments_;
  std::int32_t first_, rows_;
  std::vector<float> centred_;  // [kAtOnce][features]
  std::vector<float> part_;     // [rows][features]
  std::vector<double> sum_;     // [rows][features]
};

void require_table(const FeatureTable& table, std::int32_t inputs, std::int32_t outputs) {
  constexpr const char* kWhere = "correlated_features";
  const std::int32_t features = table.features;
  SG_REQUIRE(features >= 1, kWhere, "got ", features, " features, expected at least 1");
  SG_REQUIRE(table.values.size() % static_cast<std::size_t>(features) == 0, kWhere, "got ",
             table.values.size(), " values, expected whole samples of ", features, " features");
  SG_REQUIRE(inputs % features == 0 && outputs % features == 0, kWhere, "got a layer of ", inputs,
             " x ", outputs, ", expected multiples of the ", features, " features");
}

// Offers the rows of a block to every target that stands for one of its features.
void offer_block(const CorrelationBlock& block, std::int32_t first, std::int32_t last,
                 std::int32_t features, std::int32_t inputs, std::int32_t outputs,
                 LinkChoice& choice) {
  std::vector<float> scores;
  scores.reserve(static_cast<std::size_t>(last - first) * static_cast<std::size_t>(inputs));
  for (std::int32_t row = 0; row < last - first; ++row) {
    for (std::int32_t source = 0; source < inputs; ++source) {
      scores.push_back(block.at(row, source % features));
    }
  }
  for (std::int32_t target = first; target < outputs; target += features) {
    choice.offer(target, scores);
  }
}

}  // namespace

Pattern correlated_features(const FeatureTable& table, std::int32_t inputs, std::int32_t outputs,
                            std::int64_t links, Rng rng) {
  require_links(inputs, outputs, links, "correlated_features");
  require_table(table, inputs, outputs);
  Pattern empty;
  empty.row_begin.assign(static_cast<std::size_t>(outputs) + 1, 0);
  LinkChoice choice(empty, inputs, links, ChoiceRule::best, rng);
  const Moments moments = moments_of(table);
  parallel_for((table.features + kBlock - 1) / kBlock, [&](std::int64_t i) {
    const auto first = static_cast<std::int32_t>(i * kBlock);
    const std::int32_t last = std::min(table.features, first + kBlock);
    const CorrelationBlock block(table, moments, first, last);
    offer_block(block, first, last, table.features, inputs, outputs, choice);
  });
  return with_links(empty, choice.finish());
}

}  // namespace sparsegrow
