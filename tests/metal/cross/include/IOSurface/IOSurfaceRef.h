// What metal-cpp expects of IOSurfaceRef.h: the name of a type that we never use.
#pragma once

typedef struct __IOSurface* IOSurfaceRef;
