// The one place where metal-cpp's functions get their bodies.
#define NS_PRIVATE_IMPLEMENTATION
#define MTL_PRIVATE_IMPLEMENTATION
#include "metal/metal_cpp.h"
