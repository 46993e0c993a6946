#include "pipeline.h"

#include <dlfcn.h>

#include "classes.h"
#include "failure.h"
#include "labels.h"

namespace sparsegrow::software_metal {
namespace {

template <class Value>
const Value& exported(const Function& function, const std::string& name) {
  const void* const place = dlsym(function.library->code, name.c_str());
  if (!place) fail("the translated kernel ", function.name, " does not export ", name);
  return *static_cast<const Value*>(place);
}

}  // namespace

Pipeline* make_pipeline(const Function& function) {
  auto* const pipeline = make<Pipeline>();
  pipeline->name = function.name;
  pipeline->label = function.name;
  pipeline->launch = function.launch;
  const KernelSignature& signature = function.library->signatures[function.name];
  pipeline->buffers = exported<std::uint32_t>(function, "software_gpu_buffers_" + function.name);
  pipeline->writes = exported<std::uint32_t>(function, "software_gpu_writes_" + function.name);
  pipeline->threadgroup = signature.threadgroup;
  for (const auto& [index, type] : signature.values) {
    pipeline->values[index] =
        exported<unsigned long>(function, size_constant(function.name, index));
  }
  return pipeline;
}

void register_pipeline() {
  constexpr const char* kName = Pipeline::kClass;
  allow_label<Pipeline>();
  on_object(kName, "threadExecutionWidth", +[](Pipeline*, SEL) { return Pipeline::kLanes; });
  on_object(
      kName, "maxTotalThreadsPerThreadgroup",
      +[](Pipeline*, SEL) { return Pipeline::kMostThreads; });
}

}  // namespace sparsegrow::software_metal
