#include "sparsegrow/train/dense_gradient.h"

#include <cmath>

#include "sparsegrow/backend/element.h"

namespace sparsegrow {
namespace {

// A block of targets with all their links, among the rows of the whole network.
Csr full_block(const Network& network, const LayerView& layer, std::int32_t first_target,
               std::int32_t targets) {
  const std::int32_t rows = network.graph().nodes().rows();
  std::vector<std::int32_t> row_begin{0}, column;
  const std::int32_t first = layer.first_target + first_target;
  for (std::int32_t row = 0; row < rows; ++row) {
    if (row >= first && row < first + targets) {
      for (std::int32_t s = 0; s < layer.sources; ++s) column.push_back(layer.first_source + s);
    }
    row_begin.push_back(static_cast<std::int32_t>(column.size()));
  }
  return make_csr(rows, std::move(row_begin), std::move(column));
}

}  // namespace

void DenseGradient::operator()(std::int32_t first_target, Span<float> magnitude) const {
  const auto targets = static_cast<std::int32_t>(magnitude.size()) / layer_.sources;
  Backend& backend = network_.backend();
  const DType dtype = network_.config().dtype;
  const auto device = backend.upload(
      std::make_shared<const Csr>(full_block(network_, layer_, first_target, targets)));
  const auto gradient = backend.allocate(magnitude.size() * size_of(dtype));
  backend.sddmm(*device, network_.activations(), network_.delta(), *gradient);
  backend.finish();
  for (std::size_t cell = 0; cell < magnitude.size(); ++cell) {
    magnitude[cell] = static_cast<float>(
        std::abs(load_element(*gradient, dtype, static_cast<std::int64_t>(cell))));
  }
}

}  // namespace sparsegrow
