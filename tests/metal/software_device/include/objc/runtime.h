// The part of the Objective-C runtime that metal-cpp uses; implemented by the software device.
#pragma once

struct objc_object {
  void* isa;
};
typedef struct objc_selector* SEL;
typedef struct objc_class* Class;
typedef struct objc_object* id;
typedef struct Protocol Protocol;

#ifdef __cplusplus
extern "C" {
#endif
SEL sel_registerName(const char* name);
Class objc_lookUpClass(const char* name);
Protocol* objc_getProtocol(const char* name);
#ifdef __cplusplus
}
#endif
