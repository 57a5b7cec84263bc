#include <zlib.h>

// Macros of zlib.h that Swift does not see.
static inline int flotilla_deflate_begin(z_stream *stream) {
  return deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
static inline int flotilla_inflate_begin(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
