#include "dispatch.h"

#include "failure.h"
#include "uses.h"

namespace sparsegrow::software_metal {

void launch(Dispatch& dispatch) {
  for (auto& binding : dispatch.bindings) {
    if (binding.buffer) {
      open_for_work(*binding.buffer);
    } else {
      dispatch.launch.buffer[binding.index] = binding.bytes.data();
    }
  }
  dispatch.pipeline->launch(&dispatch.launch);
  for (const auto& binding : dispatch.bindings) {
    if (binding.buffer && !binding.buffer->pages->intact()) {
      fail("kernel ", dispatch.pipeline->name, " wrote behind the end of ",
           name_of(*binding.buffer), " of ", binding.buffer->length, " bytes");
    }
  }
}

void forget(Dispatch& dispatch) {
  for (const auto& binding : dispatch.bindings) {
    if (!binding.buffer) continue;
    end_use(*binding.buffer, *dispatch.pipeline, dispatch.pipeline->writes >> binding.index & 1);
  }
}

}  // namespace sparsegrow::software_metal
