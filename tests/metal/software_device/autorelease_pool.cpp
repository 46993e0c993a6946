// The pools of a thread lie one in another; the innermost takes what is autoreleased.
#include "classes.h"
#include "failure.h"
#include "foundation.h"

namespace sparsegrow::software_metal {
namespace {

struct Pool final : Object {
  static constexpr const char* kClass = "NSAutoreleasePool";
  std::vector<Object*> objects;
  void dispose() override;
};

thread_local std::vector<Pool*> pools;

void Pool::dispose() {
  if (pools.empty() || pools.back() != this) fail("autorelease pools end in the wrong order");
  while (!objects.empty()) {  // what goes may autorelease more
    Object* const last = objects.back();
    objects.pop_back();
    release(last);
  }
  pools.pop_back();
}

Pool* put_in_place(Pool* self, SEL) {
  pools.push_back(self);
  return self;
}

}  // namespace

Object* autorelease(Object* object) {
  if (pools.empty()) fail(name_of(*object), " is autoreleased with no pool in place");
  pools.back()->objects.push_back(object);
  return object;
}

void register_autorelease_pool() {
  allow_alloc<Pool>();
  on_object(Pool::kClass, "init", put_in_place);
  on_object(Pool::kClass, "drain", +[](Pool* self, SEL) { release(self); });
}

}  // namespace sparsegrow::software_metal
