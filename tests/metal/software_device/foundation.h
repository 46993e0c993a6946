// NSString, NSError, NSArray and NSAutoreleasePool.
#pragma once

#include <vector>

#include "object.h"

namespace sparsegrow::software_metal {

struct String final : Object {
  static constexpr const char* kClass = "NSString";
  std::string text;
};

struct Error final : Object {
  static constexpr const char* kClass = "NSError";
  std::string domain, text;
  long code = 0;
};

struct Array final : Object {
  static constexpr const char* kClass = "NSArray";
  std::vector<Object*> items;  // each held
  void dispose() override;
};

// Fails without a pool in place on this thread.
Object* autorelease(Object* object);

template <class Made>
Made* given_away(Made* object) {  // unowned: it lives as long as the pool in place
  autorelease(object);
  return object;
}

String* make_string(const std::string& text);  // owned by the caller
Error* make_error(const std::string& domain, long code, const std::string& text);
void set_error(Error** place, const std::string& domain, long code, const std::string& text);

}  // namespace sparsegrow::software_metal
