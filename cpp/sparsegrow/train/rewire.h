// Dynamic sparse training of a layered network: one update takes links out of each layer and puts
// as many back elsewhere, in one commit.
#pragma once

#include <cstdint>
#include <vector>

#include "sparsegrow/topology/l3_score.h"
#include "sparsegrow/topology/link_choice.h"
#include "sparsegrow/topology/remove_sampled.h"
#include "sparsegrow/train/initialise.h"
#include "sparsegrow/train/network.h"

namespace sparsegrow {

// Which links go. The last two are controls: what they take is not worth taking.
enum class RemovalRule { by_sign, magnitude, relative, sampled, random, largest };
// Where links come back: anywhere, where the gradient is largest, where paths of length 3 lead.
enum class RegrowthRule { random, gradient, paths };
// What a new link starts with. Where a link comes back that was taken out in the same update,
// `zero` leaves it as it was, `start` draws it anew.
enum class NewWeights { start, zero };

struct RewireRule {
  RemovalRule removal = RemovalRule::by_sign;
  double fraction = 0.3;   // of a layer's links
  SampledRemoval sampled;  // for RemovalRule::sampled
  RegrowthRule regrowth = RegrowthRule::random;
  L3Kind paths = L3Kind::ch3_path;
  ChoiceRule choice = ChoiceRule::best;
  bool chain_removal = false;  // also take out links that lead nowhere, before regrowth
  bool spare_last = false;     // the layer of the outputs stays as it is
  // Links that each layer shall have afterwards; empty: as many as before. Not for by_sign.
  std::vector<std::int64_t> links;
  NewWeights new_weights = NewWeights::start;
  InitConfig start;  // as the network's weights were drawn
};

struct LayerRewired {
  std::int64_t removed = 0;  // by the removal rule
  std::int64_t chained = 0;  // by chain removal
  std::int64_t regrown = 0;
  double overlap = 0;  // share of the regrown links that had been taken out in this update
};

struct Rewired {
  std::vector<LayerRewired> layers;
  std::int64_t alive = 0;   // hidden neurons with links on both sides, before regrowth
  std::int64_t hidden = 0;  // hidden neurons
};

// One update. Layers marked in `frozen` (empty: none) and layers that have all their links are left
// alone. Links that stay keep weight and moments to the bit; those of new links are zero but for
// the weight. Each layer has as many links as before, or as the rule says. For
// RegrowthRule::gradient the panels must be those of a backward() just made. Draws follow from
// (seed, update) alone. Throws invalid_argument, and then nothing has changed, for a network whose
// edges skip a layer, a fraction outside [0, 1], flags or links for another number of layers, or
// more links than a layer has cells. Cost O(edges) beside that of the rules.
Rewired rewire(Network& network, const RewireRule& rule, const std::vector<bool>& frozen,
               std::uint64_t seed, std::uint64_t update);

}  // namespace sparsegrow
