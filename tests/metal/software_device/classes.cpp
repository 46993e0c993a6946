#include "classes.h"

#include "exit_report.h"

namespace sparsegrow::software_metal {
namespace {

bool register_all() {
  register_object();
  register_foundation();
  register_autorelease_pool();
  register_device();
  register_library();
  register_pipeline();
  register_buffer();
  register_queue();
  register_command_buffer();
  register_encoder();
  report_at_exit();
  return true;
}

}  // namespace

void register_classes() {
  static const bool done = register_all();
  static_cast<void>(done);
}

}  // namespace sparsegrow::software_metal
