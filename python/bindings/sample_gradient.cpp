#include "sample_gradient.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "sparsegrow/backend/registry.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow::python {
namespace {

constexpr std::int32_t kBlockCells = 1 << 18;
constexpr std::int32_t kBlockTargets = 64;

std::shared_ptr<const Csr> full_csr(std::int32_t sources, std::int32_t targets) {
  Pattern pattern;
  for (std::int32_t t = 0; t < targets; ++t) {
    pattern.row_begin.push_back((t + 1) * sources);
    for (std::int32_t s = 0; s < sources; ++s) pattern.column.push_back(s);
  }
  return std::make_shared<const Csr>(
      make_csr(sources, std::move(pattern.row_begin), std::move(pattern.column)));
}

}  // namespace

SampleGradient::SampleGradient(SampleMatrix x, SampleMatrix dy)
    : backend_(open_backend("cpu")), x_(x), dy_(dy) {
  constexpr char where[] = "regrow_gradient";
  SG_REQUIRE(x.dtype == DType::f32 && dy.dtype == DType::f32, where,
             "got float64, expected x and dy of float32");
  SG_REQUIRE(x.samples == dy.samples && x.samples <= INT32_MAX, where, "got ", x.samples,
             " samples of x and ", dy.samples, " of dy, expected as many of each");
  all_.resize(static_cast<std::size_t>(x.samples));
  std::iota(all_.begin(), all_.end(), std::int64_t{0});
  block_ = std::clamp(kBlockCells / std::max(1, x.features), 1, kBlockTargets);
  sources_panel_ = Panel(*backend_, DType::f32, x.features, static_cast<std::int32_t>(x.samples));
  backend_->pack(x_, all_, 0, sources_panel_);
}

void SampleGradient::resize(std::int32_t targets) {
  if (targets == targets_) return;
  targets_ = targets;
  full_ = backend_->upload(full_csr(x_.features, targets));
  targets_panel_ = Panel(*backend_, DType::f32, targets, sources_panel_.batch());
  columns_.resize(all_.size() * static_cast<std::size_t>(targets));
  gradient_ = backend_->allocate(sizeof(float) * static_cast<std::size_t>(full_->host().edges()));
}

void SampleGradient::pack_targets(std::int32_t first_target) {
  const float* from = static_cast<const float*>(dy_.data) + first_target;
  for (std::size_t sample = 0; sample < all_.size(); ++sample) {
    std::copy_n(from + sample * static_cast<std::size_t>(dy_.features), targets_,
                columns_.data() + sample * static_cast<std::size_t>(targets_));
  }
  backend_->pack({columns_.data(), DType::f32, dy_.samples, targets_}, all_, 0, targets_panel_);
}

void SampleGradient::operator()(std::int32_t first_target, Span<float> magnitude) {
  resize(static_cast<std::int32_t>(magnitude.size()) / std::max(1, x_.features));
  pack_targets(first_target);
  backend_->sddmm(*full_, sources_panel_, targets_panel_, *gradient_);
  backend_->finish();
  const float* cell = gradient_->as<float>();
  std::transform(cell, cell + magnitude.size(), magnitude.begin(),
                 [](float value) { return std::fabs(value); });
}

}  // namespace sparsegrow::python
