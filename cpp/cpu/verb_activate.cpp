// activate, activate_grad and dropout: elementwise over the target rows of a level.
#include "cpu/backend_class.h"
#include "cpu/launch.h"
#include "sparsegrow/backend/dropout_mask.h"

namespace sparsegrow::cpu {
void CpuBackend::activate(const DeviceCsr& csr, std::int32_t level, ActivationParams f,
                          const Buffer* srelu, const Panel& z, Panel& a) {
  const Csr& host = csr.host();
  require_activate(host, level, f, srelu, z, a);
  with_real(z.dtype(), [&](auto real) {
    using Real = decltype(real);
    for_level_tiles<Real>(host.target_plan, level, z, [&](std::int32_t t, const TileRows& at) {
      table<Real>().activate({at, f, srelu ? srelu->as<Real>() : nullptr, host.targets(),
                              tile_of<Real>(z, t).data, tile_of<Real>(a, t).data, nullptr, false,
                              false});
    });
  });
}

void CpuBackend::activate_grad(const DeviceCsr& csr, std::int32_t level, ActivationParams f,
                               const Buffer* srelu, const Panel& z, Panel& d, Buffer* dsrelu,
                               SlopeOf of) {
  const Csr& host = csr.host();
  require_activate_grad(host, level, f, srelu, z, d, dsrelu, of);
  with_real(z.dtype(), [&](auto real) {
    using Real = decltype(real);
    for_level_tiles<Real>(host.target_plan, level, z, [&](std::int32_t t, const TileRows& at) {
      table<Real>().activate_grad({at, f, srelu ? srelu->as<Real>() : nullptr, host.targets(),
                                   tile_of<Real>(z, t).data, tile_of<Real>(d, t).data,
                                   dsrelu ? dsrelu->as<Real>() : nullptr, t > 0,
                                   of == SlopeOf::output});
    });
  });
}

void CpuBackend::dropout(const DeviceCsr& csr, std::int32_t level, DropoutParams drop,
                         Panel& panel) {
  const Csr& host = csr.host();
  require_dropout(host, level, drop, panel);
  if (drop.rate == 0) return;
  const double rate = drop.rate;
  const std::uint32_t threshold = dropout_threshold(drop.rate);
  with_real(panel.dtype(), [&](auto real) {
    using Real = decltype(real);
    const auto scale = static_cast<Real>(1 / (1 - rate));
    for_level_tiles<Real>(host.target_plan, level, panel, [&](std::int32_t t, const TileRows& at) {
      table<Real>().dropout(
          {at, drop.seed, drop.step, threshold, scale, tile_of<Real>(panel, t).data});
    });
  });
}

}  // namespace sparsegrow::cpu
