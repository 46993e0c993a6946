// The names of <CoreFoundation/CoreFoundation.h> that metal-cpp uses, and the headers that it
// expects to come with it.
#pragma once

#include <dispatch/dispatch.h>
#include <math.h>
#include <stdint.h>

typedef double CFTimeInterval;
typedef const struct __CFString* CFStringRef;

#ifdef __cplusplus
extern "C"
#endif
    const void* __CFStringMakeConstantString(const char* text);
