// Objects, classes and messages: what the Objective-C runtime does for metal-cpp.
//
// A method is an ordinary function R f(Self*, SEL, arguments...); the trampoline jumps to it with
// all registers as the sender left them. One thread may use the device at a time.
#pragma once

#include <objc/runtime.h>

#include <string>
#include <unordered_map>

namespace sparsegrow::software_metal {

struct ObjectClass;

// An object that nobody holds any more is disposed of, but its shell is kept: a later message to it
// is a failure that names it.
struct Object {
  ObjectClass* isa = nullptr;  // nullptr: this is a class
  long references = 1;
  std::string label;

  virtual void dispose() {}  // gives back what it holds

 protected:
  ~Object() = default;
};

using Methods = std::unordered_map<SEL, void*>;

struct ObjectClass final : Object {
  std::string name;
  Methods of_class, of_object;
  long living = 0;
};

ObjectClass& class_named(const std::string& name);  // made at the first call

Object* retain(Object* object);
void release(Object* object);
std::string name_of(const Object& object);  // "MTLBuffer 'weights'"

// Takes a fresh object into the books as one of the named class, held once by the caller.
void enter(Object* object, const char* class_name);

template <class Made>
Made* make() {
  auto* const object = new Made;
  enter(object, Made::kClass);
  return object;
}

template <class Result, class Self, class... Arguments>
void on_object(const char* class_name, const char* selector,
               Result (*body)(Self*, SEL, Arguments...)) {
  class_named(class_name).of_object[sel_registerName(selector)] = reinterpret_cast<void*>(body);
}

template <class Result, class Self, class... Arguments>
void on_class(const char* class_name, const char* selector,
              Result (*body)(Self*, SEL, Arguments...)) {
  class_named(class_name).of_class[sel_registerName(selector)] = reinterpret_cast<void*>(body);
}

// "alloc" of the class; "init" is every object's.
template <class Made>
void allow_alloc() {
  on_class(Made::kClass, "alloc", +[](ObjectClass*, SEL) { return make<Made>(); });
}

}  // namespace sparsegrow::software_metal
