#include "queue.h"

#include "classes.h"
#include "command_buffer.h"
#include "labels.h"

namespace sparsegrow::software_metal {

void run_until_done(Queue& queue, const CommandBuffer& last) {
  while (!last.is_done()) {
    CommandBuffer* const next = queue.committed.front();
    queue.committed.pop_front();
    run(*next);
    release(next);
  }
}

void register_queue() {
  constexpr const char* kName = Queue::kClass;
  allow_label<Queue>();
  on_object(
      kName, "commandBuffer",
      +[](Queue* self, SEL) { return given_away(make_command_buffer(*self, true)); });
  on_object(
      kName, "commandBufferWithUnretainedReferences",
      +[](Queue* self, SEL) { return given_away(make_command_buffer(*self, false)); });
}

}  // namespace sparsegrow::software_metal
