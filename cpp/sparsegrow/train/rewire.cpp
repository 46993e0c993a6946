#include "sparsegrow/train/rewire.h"

#include <algorithm>

#include "sparsegrow/base/check.h"
#include "sparsegrow/topology/chain_removal.h"
#include "sparsegrow/topology/distinct.h"
#include "sparsegrow/topology/regrow_gradient.h"
#include "sparsegrow/topology/regrow_l3.h"
#include "sparsegrow/topology/regrow_random.h"
#include "sparsegrow/topology/remove_magnitude.h"
#include "sparsegrow/topology/remove_relative.h"
#include "sparsegrow/topology/remove_signed.h"
#include "sparsegrow/topology/swi.h"
#include "sparsegrow/topology/update_schedule.h"
#include "sparsegrow/train/dense_gradient.h"
#include "sparsegrow/train/layer_view.h"

namespace sparsegrow {
namespace {

constexpr std::uint64_t kRemove = 0x5e01, kRegrow = 0x5e02, kStart = 0x5e03;  // random streams

Positions merged(const Positions& a, const Positions& b) {
  Positions all;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
  return all;
}

// Those of 0..count - 1 that are not in `taken`, which rises.
Positions others(const Positions& taken, std::int32_t count) {
  Positions rest;
  auto next = taken.begin();
  for (std::int32_t p = 0; p < count; ++p) {
    if (next != taken.end() && *next == p) {
      ++next;
    } else {
      rest.push_back(p);
    }
  }
  return rest;
}

class RewireUpdate {
 public:
  RewireUpdate(Network& network, const RewireRule& rule, const std::vector<bool>& frozen,
               std::uint64_t seed, std::uint64_t update)
      : network_(network),
        rule_(rule),
        seed_(seed),
        update_(update),
        layers_(layer_views(network)) {
    SG_REQUIRE(frozen.empty() || frozen.size() == layers_.size(), "rewire", "got ", frozen.size(),
               " flags for ", layers_.size(), " layers");
    require_links();
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const bool spared = rule.spare_last && l + 1 == layers_.size();
      const bool full =
          layers_[l].links() == layers_[l].cells() && links_after(l) == layers_[l].cells();
      changes_.push_back(!spared && !full && (frozen.empty() || !frozen[l]));
    }
    result_.layers.resize(layers_.size());
  }

  Rewired run() {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      removed_.push_back(changes_[l] ? removal(l) : Positions{});
      result_.layers[l].removed = static_cast<std::int64_t>(removed_[l].size());
    }
    look_for_chains();
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      if (changes_[l]) exchange(l);
    }
    if (!mutation_.empty()) network_.grow(mutation_, weights_);
    return result_;
  }

 private:
  Rng stream(std::uint64_t purpose, std::size_t layer) const {
    return Rng(seed_, stream_id(purpose, static_cast<std::uint64_t>(layer), update_));
  }

  void require_links() const {
    if (rule_.links.empty()) return;
    SG_REQUIRE(rule_.links.size() == layers_.size(), "rewire", "got links of ", rule_.links.size(),
               " layers, expected ", layers_.size());
    SG_REQUIRE(rule_.removal != RemovalRule::by_sign, "rewire",
               "links: removal by sign has quotas of its own; expected another rule");
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      SG_REQUIRE(rule_.links[l] >= 0 && rule_.links[l] <= layers_[l].cells(), "rewire", "layer ", l,
                 ": got ", rule_.links[l], " links, expected 0 to ", layers_[l].cells());
    }
  }

  std::int64_t links_after(std::size_t l) const {
    return rule_.links.empty() ? layers_[l].links() : rule_.links[l];
  }

  Positions removal(std::size_t l) const {
    const LayerView& layer = layers_[l];
    const std::vector<float> weights = layer_weights(network_, layer);
    const std::int64_t count =
        std::max(removal_count(rule_.fraction, layer.links()), layer.links() - links_after(l));
    Rng rng = stream(kRemove, l);
    switch (rule_.removal) {
      case RemovalRule::by_sign:
        return remove_signed(weights, rule_.fraction);
      case RemovalRule::magnitude:
        return remove_magnitude(weights, count);
      case RemovalRule::relative:
        return remove_relative(layer.pattern, layer.sources, weights, count);
      case RemovalRule::sampled:
        return remove_sampled(layer.pattern, layer.sources, weights, count, rule_.sampled, rng);
      case RemovalRule::random: {
        const auto drawn = distinct_numbers(layer.links(), count, rng);
        return {drawn.begin(), drawn.end()};
      }
      case RemovalRule::largest:
        return others(remove_magnitude(weights, layer.links() - count), layer.links());
    }
    throw_invalid("rewire", "no such removal rule");
  }

  // Counts the neurons that are alive and, where the rule says so, removes what leads nowhere.
  void look_for_chains() {
    std::vector<Pattern> patterns;
    for (const LayerView& layer : layers_) patterns.push_back(layer.pattern);
    const ChainRemoval chains = chain_removal(patterns, removed_, rule_.spare_last);
    result_.alive = chains.alive_neurons();
    for (std::size_t l = 0; l + 1 < layers_.size(); ++l) result_.hidden += layers_[l].targets();
    if (!rule_.chain_removal) return;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      if (!changes_[l]) continue;
      result_.layers[l].chained = static_cast<std::int64_t>(chains.positions[l].size());
      removed_[l] = merged(removed_[l], chains.positions[l]);
    }
  }

  Links regrowth(std::size_t l, const Pattern& kept, std::int64_t count) const {
    const LayerView& layer = layers_[l];
    const Rng rng = stream(kRegrow, l);
    switch (rule_.regrowth) {
      case RegrowthRule::random:
        return regrow_random(kept, layer.sources, count, rng);
      case RegrowthRule::gradient:
        return regrow_gradient(kept, layer.sources, count, DenseGradient(network_, layer), rng);
      case RegrowthRule::paths:
        return regrow_l3(kept, layer.sources, count, rule_.paths, rule_.choice, rng);
    }
    throw_invalid("rewire", "no such regrowth rule");
  }

  void exchange(std::size_t l) {
    const LayerView& layer = layers_[l];
    Links gone = links_at(layer.pattern, removed_[l]);
    const auto kept = layer.links() - static_cast<std::int64_t>(gone.size());
    Links grown = regrowth(l, without_positions(layer.pattern, removed_[l]), links_after(l) - kept);
    result_.layers[l].regrown = static_cast<std::int64_t>(grown.size());
    result_.layers[l].overlap = regrown_overlap(gone, grown);
    sort_links(grown, layer.targets());
    if (rule_.new_weights == NewWeights::zero) keep_what_came_back(l, grown);
    add(l, grown);
  }

  // A link that would go and come back at once stays, with its weight and its moments.
  void keep_what_came_back(std::size_t l, Links& grown) {
    const Links gone = links_at(layers_[l].pattern, removed_[l]);
    Positions still_removed;
    Links back;
    for (std::size_t k = 0; k < gone.size(); ++k) {
      if (std::binary_search(grown.begin(), grown.end(), gone[k])) {
        back.push_back(gone[k]);
      } else {
        still_removed.push_back(removed_[l][k]);
      }
    }
    sort_links(back, layers_[l].targets());
    Links fresh;
    std::set_difference(grown.begin(), grown.end(), back.begin(), back.end(),
                        std::back_inserter(fresh));
    removed_[l] = std::move(still_removed);
    grown = std::move(fresh);
  }

  void add(std::size_t l, const Links& grown) {
    const LayerView& layer = layers_[l];
    const auto& node = network_.graph().nodes().node;
    for (const std::int32_t p : removed_[l]) {
      mutation_.removed_positions.push_back(layer.first_edge + p);
    }
    for (const Link& link : grown) {
      mutation_.added_edges.push_back(
          {node[static_cast<std::size_t>(layer.first_source + link.source)],
           node[static_cast<std::size_t>(layer.first_target + link.target)]});
    }
    draw_weights(l, grown);
  }

  void draw_weights(std::size_t l, const Links& grown) {
    if (rule_.new_weights == NewWeights::zero || rule_.start.kind == InitKind::zero) {
      weights_.insert(weights_.end(), grown.size(), 0.0);
      return;
    }
    const LayerView& layer = layers_[l];
    const Pattern next = with_links(without_positions(layer.pattern, removed_[l]), grown);
    Rng rng = stream(kStart, l);
    for (const Link& link : grown) {
      const auto t = static_cast<std::size_t>(link.target);
      const double fan_in = next.row_begin[t + 1] - next.row_begin[t];
      const bool swi = rule_.start.kind == InitKind::swi;
      const double scale = rule_.start.scale;
      weights_.push_back((swi ? swi_deviation(fan_in, scale) : scale) * rng.normal());
    }
  }

  Network& network_;
  const RewireRule& rule_;
  std::uint64_t seed_, update_;
  std::vector<LayerView> layers_;
  std::vector<bool> changes_;
  std::vector<Positions> removed_;
  Mutation mutation_;
  std::vector<double> weights_;
  Rewired result_;
};

}  // namespace

Rewired rewire(Network& network, const RewireRule& rule, const std::vector<bool>& frozen,
               std::uint64_t seed, std::uint64_t update) {
  return RewireUpdate(network, rule, frozen, seed, update).run();
}

}  // namespace sparsegrow
