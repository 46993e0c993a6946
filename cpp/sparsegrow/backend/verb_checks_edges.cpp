// Checks of a Csr and of the verbs that run over its edges.
#include "sparsegrow/backend/argument_checks.h"
#include "sparsegrow/backend/verb_checks.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow {

void require_upload(const std::shared_ptr<const Csr>& csr) {
  SG_REQUIRE(csr != nullptr, "Backend.upload", "got no Csr");
}

void require_spmm(const Csr& csr, std::int32_t level, const Buffer& values, const Buffer* bias,
                  const Panel& x, const Panel& y) {
  constexpr char where[] = "Backend.spmm";
  require_level(where, csr.target_plan, level);
  require_alike(where, "y", y, x);
  require_rows(where, "x", x, csr.sources());
  require_rows(where, "y", y, csr.targets());
  require_buffer(where, "values", values, csr.edges(), size_of(x.dtype()));
  if (bias) require_buffer(where, "bias", *bias, csr.targets(), size_of(x.dtype()));
}

void require_spmm_t(const Csr& csr, std::int32_t level, const Buffer& values, const Panel& dy,
                    const Panel& dx) {
  constexpr char where[] = "Backend.spmm_t";
  require_level(where, csr.source_plan, level);
  require_alike(where, "dx", dx, dy);
  require_rows(where, "dy", dy, csr.targets());
  require_rows(where, "dx", dx, csr.sources());
  require_buffer(where, "values", values, csr.edges(), size_of(dy.dtype()));
}

void require_sddmm(const Csr& csr, const Panel& x, const Panel& dy, const Buffer& dvalues) {
  constexpr char where[] = "Backend.sddmm";
  require_alike(where, "dy", dy, x);
  require_rows(where, "x", x, csr.sources());
  require_rows(where, "dy", dy, csr.targets());
  require_buffer(where, "dvalues", dvalues, csr.edges(), size_of(x.dtype()));
}

}  // namespace sparsegrow
