// The pools of a thread lie one in another; the innermost takes what is autoreleased.
#include "classes.h"
#include "failure.h"
#include "foundation.h"

namespace sparsegrow::software_metal {
namespace {

struct Pool final : Object {
  static constexpr const char* kClass = "NSAutoreleasePool";
  Pool* outer = nullptr;
  std::vector<Object*> objects;
  void dispose() override;
};

// A plain pointer: static destructors of the host code may still make pools when objects of the
// thread are gone.
thread_local Pool* innermost = nullptr;

void Pool::dispose() {
  if (innermost != this) fail("autorelease pools end in the wrong order");
  while (!objects.empty()) {  // what goes may autorelease more
    Object* const last = objects.back();
    objects.pop_back();
    release(last);
  }
  objects = {};
  innermost = outer;
}

Pool* put_in_place(Pool* self, SEL) {
  self->outer = innermost;
  innermost = self;
  return self;
}

}  // namespace

Object* autorelease(Object* object) {
  if (!innermost) fail(name_of(*object), " is autoreleased with no pool in place");
  innermost->objects.push_back(object);
  return object;
}

void register_autorelease_pool() {
  allow_alloc<Pool>();
  on_object(Pool::kClass, "init", put_in_place);
  on_object(Pool::kClass, "drain", +[](Pool* self, SEL) { release(self); });
}

}  // namespace sparsegrow::software_metal
