// Failures that tests ask for; software_metal.h lists them.
#pragma once

namespace sparsegrow::software_metal {

enum class Fault { kAllocation, kCommand, kDeviceLost, kCompile, kPipeline, kNoDevice, kFamily };

// True when this call is one that must fail. Each call counts.
bool fails_now(Fault fault);

}  // namespace sparsegrow::software_metal
