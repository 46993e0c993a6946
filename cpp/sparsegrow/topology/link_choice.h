// The choice of new links by score, made while the scores pass by in blocks of targets.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "sparsegrow/base/rng.h"
#include "sparsegrow/base/span.h"
#include "sparsegrow/topology/best_links.h"

namespace sparsegrow {

enum class ChoiceRule {
  best,     // the highest scores; ties, and cells of score 0, by a seeded random key
  sampled,  // without replacement, with probabilities in proportion to the score
};

// Chooses exactly `count` absent links of a layer. When fewer cells than that have a score above 0,
// `best` fills up with cells of score 0 at random, and `sampled` adds kFloorScore to every absent
// cell's score. The choice depends on the layer, the scores and the stream only: not on the order
// of the blocks, nor on the number of threads. Memory: O(count) per thread.
class LinkChoice {
 public:
  static constexpr double kFloorScore = 1e-5;

  // `layer` must outlive this. Throws invalid_argument for an unsound pattern or more links than
  // are absent.
  LinkChoice(const Pattern& layer, std::int32_t sources, std::int64_t count, ChoiceRule rule,
             Rng rng);

  // scores: [targets of the block][sources], 0 or above; first_target is that of the first row.
  // What stands at present links is ignored, and so is NaN. Each target is offered at most once;
  // blocks may be offered from several threads.
  void offer(std::int32_t first_target, Span<const float> scores);

  // The chosen links by target and source, once all targets have been offered.
  Links finish();

 private:
  using Collector = std::unique_ptr<BestLinks>;
  class Presence;

  Collector borrow();
  void give_back(Collector collector);
  void offer_best(std::int32_t target, const float* scores, const Presence& present,
                  BestLinks& best) const;
  void offer_sampled(std::int32_t target, const float* scores, const Presence& present,
                     BestLinks& best) const;
  void fill_at_random(std::vector<RankedLink>& chosen, std::int64_t missing) const;
  void race_with_floor(std::vector<RankedLink>& chosen) const;

  const Pattern& layer_;
  std::int32_t sources_;
  std::int64_t count_;
  ChoiceRule rule_;
  std::uint64_t seed_;
  std::mutex mutex_;             // of idle_
  std::vector<Collector> idle_;  // one for each thread that was ever inside offer()
};

}  // namespace sparsegrow
