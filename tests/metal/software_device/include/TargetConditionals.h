// metal-cpp includes this header; no name of it matters here.
#pragma once
