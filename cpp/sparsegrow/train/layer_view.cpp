#include "sparsegrow/train/layer_view.h"

#include "sparsegrow/backend/element.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

LayerView layer_view(const Network& network, std::int32_t group) {
  const auto& begin = network.graph().nodes().group_begin;
  const Pattern& all = network.graph().csr().by_target;
  const auto g = static_cast<std::size_t>(group);
  LayerView layer;
  layer.first_source = begin[g - 1];
  layer.sources = begin[g] - begin[g - 1];
  layer.first_target = begin[g];
  layer.first_edge = all.row_begin[static_cast<std::size_t>(begin[g])];
  for (std::int32_t row = begin[g]; row < begin[g + 1]; ++row) {
    const auto r = static_cast<std::size_t>(row);
    for (std::int32_t e = all.row_begin[r]; e < all.row_begin[r + 1]; ++e) {
      const std::int32_t source = all.column[static_cast<std::size_t>(e)] - layer.first_source;
      SG_REQUIRE(source >= 0 && source < layer.sources, "rewire", "row ", row,
                 " has a link from row ", source + layer.first_source,
                 ", expected links from the layer before alone");
      layer.pattern.column.push_back(source);
    }
    layer.pattern.row_begin.push_back(layer.pattern.edges());
  }
  return layer;
}

}  // namespace

std::vector<LayerView> layer_views(const Network& network) {
  std::vector<LayerView> layers;
  for (std::int32_t group = 1; group < network.graph().nodes().groups(); ++group) {
    layers.push_back(layer_view(network, group));
  }
  return layers;
}

std::vector<float> layer_weights(const Network& network, const LayerView& layer) {
  network.backend().finish();
  const Buffer& values = network.state().buffer("weight");
  std::vector<float> weights;
  for (std::int32_t e = 0; e < layer.links(); ++e) {
    weights.push_back(static_cast<float>(
        load_element(values, network.config().dtype, std::int64_t{layer.first_edge} + e)));
  }
  return weights;
}

}  // namespace sparsegrow
