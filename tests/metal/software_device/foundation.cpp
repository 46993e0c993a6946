#include "foundation.h"

#include "classes.h"
#include "failure.h"

namespace sparsegrow::software_metal {
namespace {

constexpr unsigned long kAscii = 1, kUtf8 = 4;  // of NSStringEncoding

void require_encoding(unsigned long encoding) {
  if (encoding != kAscii && encoding != kUtf8) fail("string encoding ", encoding, " is not known");
}

String* string_with(ObjectClass*, SEL, const char* text, unsigned long encoding) {
  require_encoding(encoding);
  if (!text) fail("a string is made from a null pointer");
  return given_away(make_string(text));
}

String* init_with(String* self, SEL, const char* text, unsigned long encoding) {
  require_encoding(encoding);
  if (!text) fail("a string is made from a null pointer");
  self->text = text;
  return self;
}

const char* text_in(String* self, SEL, unsigned long encoding) {
  require_encoding(encoding);
  return self->text.c_str();
}

Object* item_at(Array* self, SEL, unsigned long index) {
  if (index >= self->items.size()) {
    fail("item ", index, " of an array of ", self->items.size(), " items");
  }
  return self->items[index];
}

void register_string() {
  constexpr const char* kName = String::kClass;
  allow_alloc<String>();
  on_class(kName, "string", +[](ObjectClass*, SEL) { return given_away(make_string("")); });
  on_class(kName, "stringWithCString:encoding:", string_with);
  on_object(kName, "initWithCString:encoding:", init_with);
  on_object(kName, "UTF8String", +[](String* self, SEL) { return self->text.c_str(); });
  on_object(kName, "cStringUsingEncoding:", text_in);
  on_object(kName, "length", +[](String* self, SEL) { return self->text.size(); });
  const auto equal = +[](String* self, SEL, String* other) { return self->text == other->text; };
  on_object(kName, "isEqualToString:", equal);
}

}  // namespace

void Array::dispose() {
  for (Object* const item : items) release(item);
  items.clear();
}

String* make_string(const std::string& text) {
  auto* const string = make<String>();
  string->text = text;
  return string;
}

Error* make_error(const std::string& domain, long code, const std::string& text) {
  auto* const error = make<Error>();
  error->domain = domain;
  error->code = code;
  error->text = text;
  return error;
}

void set_error(Error** place, const std::string& domain, long code, const std::string& text) {
  if (place) *place = given_away(make_error(domain, code, text));
}

void register_foundation() {
  register_string();
  const char* const error = Error::kClass;
  on_object(error, "code", +[](Error* self, SEL) { return self->code; });
  on_object(
      error, "domain", +[](Error* self, SEL) { return given_away(make_string(self->domain)); });
  on_object(
      error, "localizedDescription",
      +[](Error* self, SEL) { return given_away(make_string(self->text)); });
  const char* const array = Array::kClass;
  on_object(array, "count", +[](Array* self, SEL) { return self->items.size(); });
  on_object(array, "objectAtIndex:", item_at);
}

}  // namespace sparsegrow::software_metal
