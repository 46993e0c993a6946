#include "sparsegrow/topology/link_choice.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sparsegrow/topology/absent.h"
#include "sparsegrow/topology/distinct.h"
#include "sparsegrow/topology/regrow_random.h"

namespace sparsegrow {
namespace {

// Streams of one choice: targets have the numbers from 0.
constexpr std::uint64_t kFill = std::uint64_t{1} << 32, kFloor = kFill + 1, kTie = kFill + 2;

}  // namespace

// Which sources of one target have a link: marks that are wiped by stepping to the next target.
class LinkChoice::Presence {
 public:
  explicit Presence(std::int32_t sources) : mark_(static_cast<std::size_t>(sources), -1) {}

  void step_to(const Pattern& layer, std::int32_t target) {
    target_ = target;
    for (std::int32_t p = layer.row_begin[target]; p < layer.row_begin[target + 1]; ++p) {
      mark_[layer.column[p]] = target;
    }
  }
  bool has(std::int32_t source) const { return mark_[source] == target_; }

 private:
  std::vector<std::int32_t> mark_;  // [sources] last target that had the source
  std::int32_t target_ = -1;
};

LinkChoice::LinkChoice(const Pattern& layer, std::int32_t sources, std::int64_t count,
                       ChoiceRule rule, Rng rng)
    : layer_(layer), sources_(sources), count_(count), rule_(rule), seed_(rng.next64()) {
  require_absent(layer, sources, count, "LinkChoice");
}

LinkChoice::Collector LinkChoice::borrow() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (idle_.empty()) return std::make_unique<BestLinks>(count_);
  Collector collector = std::move(idle_.back());
  idle_.pop_back();
  return collector;
}

void LinkChoice::give_back(Collector collector) {
  const std::lock_guard<std::mutex> lock(mutex_);
  idle_.push_back(std::move(collector));
}

void LinkChoice::offer(std::int32_t first_target, Span<const float> scores) {
  if (count_ == 0 || sources_ == 0) return;
  Presence present(sources_);
  Collector best = borrow();
  const auto rows = static_cast<std::int32_t>(scores.size() / static_cast<std::size_t>(sources_));
  for (std::int32_t row = 0; row < rows; ++row) {
    const float* row_scores = scores.data() + static_cast<std::int64_t>(row) * sources_;
    present.step_to(layer_, first_target + row);
    if (rule_ == ChoiceRule::best) {
      offer_best(first_target + row, row_scores, present, *best);
    } else {
      offer_sampled(first_target + row, row_scores, present, *best);
    }
  }
  give_back(std::move(best));
}

void LinkChoice::offer_best(std::int32_t target, const float* scores, const Presence& present,
                            BestLinks& best) const {
  const auto row = static_cast<std::uint64_t>(target);
  for (std::int32_t source = 0; source < sources_; ++source) {
    const double score = scores[source];
    if (!(score > 0) || score < best.floor() || present.has(source)) continue;
    const std::uint64_t tie = stream_id(seed_ ^ kTie, row, static_cast<std::uint64_t>(source));
    best.offer({score, tie, {source, target}});
  }
}

// Each cell waits for an exponential time with its score as the rate; the first `count` are a
// sample without replacement. -ln(1 - u) is at least u, which spares most cells the logarithm.
void LinkChoice::offer_sampled(std::int32_t target, const float* scores, const Presence& present,
                               BestLinks& best) const {
  Rng stream(seed_, static_cast<std::uint64_t>(target));
  for (std::int32_t source = 0; source < sources_; ++source) {
    const double score = scores[source];
    if (!(score > 0) || present.has(source)) continue;
    const double u = stream.uniform();
    if (u > -best.floor() * score) continue;
    best.offer({std::log1p(-u) / score, 0, {source, target}});
  }
}

// Every absent cell that was not chosen has score 0, so all are alike.
void LinkChoice::fill_at_random(std::vector<RankedLink>& chosen, std::int64_t missing) const {
  Links links;
  for (const RankedLink& ranked : chosen) links.push_back(ranked.link);
  const Pattern taken = with_links(layer_, links);
  for (const Link link : regrow_random(taken, sources_, missing, Rng(seed_, kFill))) {
    chosen.push_back({0, 0, link});
  }
}

// With kFloorScore added to its rate, a cell is reached by the earlier of two clocks: that of its
// score, kept in `chosen`, and one of rate kFloorScore. The latter are alike in all cells, so the
// first `count` of them are a random sequence of cells at the gaps of an order statistic.
void LinkChoice::race_with_floor(std::vector<RankedLink>& chosen) const {
  Rng rng(seed_, kFloor);
  std::int64_t waiting = absent_count(layer_, sources_);
  auto ranks = distinct_numbers(waiting, count_, rng);
  Links cells = absent_links(layer_, sources_, ranks);
  double time = 0;
  for (std::size_t i = 0; i < cells.size(); ++i, --waiting) {
    std::swap(cells[i], cells[i + rng.below(cells.size() - i)]);
    time -= std::log1p(-rng.uniform()) / (kFloorScore * static_cast<double>(waiting));
    chosen.push_back({-time, 0, cells[i]});
  }
  const auto earlier_of_link = [](const RankedLink& a, const RankedLink& b) {
    return a.link != b.link ? a.link < b.link : a.better_than(b);
  };
  const auto same_link = [](const RankedLink& a, const RankedLink& b) { return a.link == b.link; };
  std::sort(chosen.begin(), chosen.end(), earlier_of_link);
  chosen.erase(std::unique(chosen.begin(), chosen.end(), same_link), chosen.end());
  BestLinks best(count_);
  for (const RankedLink& ranked : chosen) best.offer(ranked);
  chosen = best.take();
}

Links LinkChoice::finish() {
  BestLinks all(count_);
  for (const Collector& collector : idle_) all.absorb(*collector);
  std::vector<RankedLink> chosen = all.take();
  const std::int64_t missing = count_ - static_cast<std::int64_t>(chosen.size());
  if (missing > 0 && rule_ == ChoiceRule::best) fill_at_random(chosen, missing);
  if (missing > 0 && rule_ == ChoiceRule::sampled) race_with_floor(chosen);
  Links links;
  for (const RankedLink& ranked : chosen) links.push_back(ranked.link);
  sort_links(links, layer_.rows());
  return links;
}

}  // namespace sparsegrow
