// What metal-cpp expects of CoreFoundation.h, and no more: types, and two headers it gets by it.
#pragma once

#include <dispatch/dispatch.h>
#include <math.h>
#include <stdint.h>

typedef double CFTimeInterval;
typedef const struct __CFString* CFStringRef;
