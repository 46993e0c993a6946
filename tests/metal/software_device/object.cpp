#include "object.h"

#include <map>
#include <set>
#include <vector>

#include "classes.h"
#include "failure.h"
#include "foundation.h"
#include "software_metal.h"

namespace sparsegrow::software_metal {
namespace {

// Never destroyed: static destructors of the host code still send messages.
struct Books {
  std::set<std::string> selectors;
  std::map<std::string, ObjectClass*> classes;
  std::vector<Object*> objects;  // all ever made
};

Books& books() {
  static auto* const known = new Books;
  return *known;
}

const char* text_of_selector(SEL selector) { return reinterpret_cast<const char*>(selector); }

void* find(const Methods& methods, SEL selector) {
  const auto found = methods.find(selector);
  return found == methods.end() ? nullptr : found->second;
}

void* method_of(const Object& receiver, SEL selector) {
  if (!receiver.isa) return find(static_cast<const ObjectClass&>(receiver).of_class, selector);
  static const ObjectClass& root = class_named("NSObject");
  void* const own = find(receiver.isa->of_object, selector);
  return own ? own : find(root.of_object, selector);
}

// NS::SharedPtr releases and retains what it holds even when that is nothing.
void* method_of_nil(SEL selector) {
  const std::string name = text_of_selector(selector);
  if (name != "release" && name != "retain") fail("message '", name, "' to nil");
  return reinterpret_cast<void*>(+[](Object* nil, SEL) { return nil; });
}

[[noreturn]] void fail_for_dead(const Object& receiver, const std::string& selector) {
  if (selector == "release") fail("over-release of ", name_of(receiver));
  fail("message '", selector, "' to a deallocated ", name_of(receiver));
}

}  // namespace

ObjectClass& class_named(const std::string& name) {
  ObjectClass*& known = books().classes[name];
  if (!known) {
    known = new ObjectClass;
    known->name = name;
  }
  return *known;
}

void enter(Object* object, const char* class_name) {
  object->isa = &class_named(class_name);
  ++object->isa->living;
  books().objects.push_back(object);
}

Object* retain(Object* object) {
  ++object->references;
  return object;
}

void release(Object* object) {
  if (object->references <= 0) fail_for_dead(*object, "release");
  if (--object->references > 0) return;
  --object->isa->living;
  object->dispose();
}

std::string name_of(const Object& object) {
  const std::string name = object.isa ? object.isa->name : "class";
  return object.label.empty() ? name : name + " '" + object.label + "'";
}

// Where the trampoline asks for the function that a message is for.
extern "C" void* software_metal_method(const Object* receiver, SEL selector) {
  if (!receiver) return method_of_nil(selector);
  const char* const name = text_of_selector(selector);
  if (receiver->isa && receiver->references <= 0) fail_for_dead(*receiver, name);
  if (void* const method = method_of(*receiver, selector)) return method;
  const auto& known = receiver->isa ? *receiver->isa : static_cast<const ObjectClass&>(*receiver);
  fail("[", known.name, " ", name, "] is not implemented by the software device");
}

void register_object() {
  constexpr const char* kRoot = "NSObject";
  on_object(kRoot, "retain", +[](Object* self, SEL) { return retain(self); });
  on_object(kRoot, "release", +[](Object* self, SEL) { release(self); });
  on_object(kRoot, "autorelease", +[](Object* self, SEL) { return autorelease(self); });
  on_object(kRoot, "retainCount", +[](Object* self, SEL) { return self->references; });
  on_object(kRoot, "init", +[](Object* self, SEL) { return self; });
  on_object(
      kRoot, "respondsToSelector:", +[](Object* self, SEL, SEL asked) {
        return method_of(*self, asked) != nullptr;
      });
  on_object(
      kRoot, "methodSignatureForSelector:", +[](Object*, SEL, SEL) -> Object* { return nullptr; });
}

extern "C" long software_metal_live(const char* class_name) {
  return class_named(class_name).living;
}

extern "C" const char* software_metal_living() {
  static auto* const text = new std::string;
  text->clear();
  for (const auto& [name, known] : books().classes) {
    if (known->living) *text += text_of(text->empty() ? "" : ", ", known->living, " ", name);
  }
  return text->c_str();
}

}  // namespace sparsegrow::software_metal

// The runtime's own functions, as <objc/runtime.h> declares them.
extern "C" SEL sel_registerName(const char* name) {
  using sparsegrow::software_metal::books;
  return reinterpret_cast<SEL>(const_cast<char*>(books().selectors.insert(name).first->c_str()));
}

// Any name is a class, so that a message to one that is not there names it.
extern "C" Class objc_lookUpClass(const char* name) {
  sparsegrow::software_metal::register_classes();
  return reinterpret_cast<Class>(&sparsegrow::software_metal::class_named(name));
}

extern "C" Protocol* objc_getProtocol(const char*) { return nullptr; }
