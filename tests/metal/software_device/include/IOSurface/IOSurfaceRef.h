// The type of <IOSurface/IOSurfaceRef.h> that metal-cpp names.
#pragma once

typedef struct __IOSurface* IOSurfaceRef;
