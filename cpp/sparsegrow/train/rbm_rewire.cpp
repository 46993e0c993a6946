// How the links of a restricted Boltzmann machine change: the rule of SET, through one commit.
#include <algorithm>

#include "sparsegrow/base/check.h"
#include "sparsegrow/base/rng.h"
#include "sparsegrow/topology/regrow_random.h"
#include "sparsegrow/topology/remove_signed.h"
#include "sparsegrow/train/layer_view.h"
#include "sparsegrow/train/rbm.h"

namespace sparsegrow {
namespace {

constexpr std::uint64_t kPlaces = 0x706c61636573, kWeights = 0x77656967687473;

std::vector<double> normal_values(std::size_t count, double deviation, Rng rng) {
  std::vector<double> values(count);
  for (auto& value : values) value = deviation * rng.normal();
  return values;
}

}  // namespace

Remap Rbm::rewire(const Rewiring& how) {
  SG_REQUIRE(how.deviation >= 0, "Rbm.rewire", "got deviation ", how.deviation,
             ", expected 0 or more");
  Network& net = layers_.network();
  // The hidden units' layer; visible units have no links of their own, so that its positions are
  // those of the graph.
  const LayerView layer = layer_views(net).front();
  Mutation mutation;
  mutation.removed_positions = remove_signed(layer_weights(net, layer), how.fraction);
  const Pattern kept = without_positions(layer.pattern, mutation.removed_positions);
  const auto change = static_cast<std::uint64_t>(how.change);
  const auto count = std::max<std::int64_t>(0, how.links - kept.edges());
  const Links grown =
      regrow_random(kept, net.inputs(), count, Rng(config_.seed, stream_id(kPlaces, change)));
  const auto& node = net.graph().nodes().node;
  for (const Link& link : grown) {
    mutation.added_edges.push_back({node[static_cast<std::size_t>(link.source)],
                                    node[static_cast<std::size_t>(net.inputs() + link.target)]});
  }
  const auto weights =
      normal_values(grown.size(), how.deviation, Rng(config_.seed, stream_id(kWeights, change)));
  return net.grow(mutation, weights);
}

}  // namespace sparsegrow
