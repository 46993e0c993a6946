#include "blocks.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "failure.h"

namespace sparsegrow::software_metal {
namespace {

constexpr int kHasCopyAndDispose = 1 << 25;  // in the flags of blocks and of variables
constexpr int kMoved = 1 << 24;              // of a variable: off the frame, counted
constexpr int kGlobal = 1 << 28;             // captures nothing, is never copied
constexpr int kFieldIsVariable = 8;          // a captured __block variable

struct BlockDescriptor {
  unsigned long reserved, size;
  void (*copy)(void* to, const void* from);
  void (*dispose)(const void* block);
};

struct Block {
  void* isa;
  int flags, reserved;
  void (*invoke)(void* block, void* argument);
  const BlockDescriptor* descriptor;
};

// A __block variable: shared by all copies of the blocks that capture it. The count of the blocks
// that hold a moved one stands in front of it.
struct Variable {
  void* isa;
  Variable* forwarding;  // to where it lives now
  int flags, size;
  void (*keep)(Variable* to, Variable* from);
  void (*dispose)(Variable* variable);
};

constexpr std::size_t kHeader = alignof(std::max_align_t);

char* memory_of(Variable* variable) { return reinterpret_cast<char*>(variable) - kHeader; }

long& holders_of(Variable* variable) { return *reinterpret_cast<long*>(memory_of(variable)); }

Variable* moved(Variable* from) {
  const auto size = static_cast<std::size_t>(from->size);
  auto* const memory = static_cast<char*>(std::malloc(kHeader + size));
  auto* const to = reinterpret_cast<Variable*>(memory + kHeader);
  std::memcpy(to, from, size);
  to->forwarding = from->forwarding = to;
  to->flags |= kMoved;
  holders_of(to) = 2;  // the new block, and the frame
  if (from->flags & kHasCopyAndDispose) from->keep(to, from);
  return to;
}

Variable* held(Variable* variable) {
  Variable* const place = variable->forwarding;
  if (!(place->flags & kMoved)) return moved(variable);
  ++holders_of(place);
  return place;
}

// Called for each copied block that goes, and at the end of the frame that declared the variable.
void let_go(Variable* variable) {
  Variable* const place = variable->forwarding;
  if (!(place->flags & kMoved) || --holders_of(place) > 0) return;
  if (place->flags & kHasCopyAndDispose) place->dispose(place);
  std::free(memory_of(place));
}

}  // namespace

void* copy_block(const void* block) {
  const auto* const from = static_cast<const Block*>(block);
  if (from->flags & kGlobal) return const_cast<void*>(block);
  auto* const to = static_cast<Block*>(std::malloc(from->descriptor->size));
  std::memcpy(to, from, from->descriptor->size);
  if (from->flags & kHasCopyAndDispose) from->descriptor->copy(to, from);
  return to;
}

void free_block(void* block) {
  auto* const known = static_cast<Block*>(block);
  if (known->flags & kGlobal) return;
  if (known->flags & kHasCopyAndDispose) known->descriptor->dispose(known);
  std::free(known);
}

void call_block(void* block, void* argument) {
  static_cast<Block*>(block)->invoke(block, argument);
}

}  // namespace sparsegrow::software_metal

// What clang calls from the code that it writes for blocks.
extern "C" {

void* _NSConcreteStackBlock[32];
void* _NSConcreteGlobalBlock[32];

void _Block_object_assign(void* to, const void* from, int flags) {
  using namespace sparsegrow::software_metal;
  if (flags != kFieldIsVariable) fail("a block captures an object: only variables are known here");
  auto* const variable = const_cast<Variable*>(static_cast<const Variable*>(from));
  *static_cast<Variable**>(to) = held(variable);
}

void _Block_object_dispose(const void* object, int flags) {
  using namespace sparsegrow::software_metal;
  if (flags != kFieldIsVariable) fail("a block captures an object: only variables are known here");
  let_go(const_cast<Variable*>(static_cast<const Variable*>(object)));
}

}  // extern "C"
