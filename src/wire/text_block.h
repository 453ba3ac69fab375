// Texts sixteen bytes at a time, on SSE2, which every x86-64 has: what reading and writing of JSON
// strings share.
#pragma once

#include <emmintrin.h>

namespace stator::wire {

// What is looked at in one step.
inline constexpr int kBlockBytes = sizeof(__m128i);

// The block at `from`, which need not be aligned. REQUIRES: kBlockBytes readable.
inline __m128i LoadBlock(const char* from) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

// Writes a block to `to`, which need not be aligned.
inline void StoreBlock(__m128i block, char* to) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), block);
}

// One bit for each byte of `marks`, the first byte's lowest.
inline unsigned MaskOf(__m128i marks) { return static_cast<unsigned>(_mm_movemask_epi8(marks)); }

// Marks the bytes that a JSON string cannot hold as they are: the quote, the backslash, and what is
// below 0x20. The exclusive or moves the quote to 0x20, and all of these but the backslash to the
// smallest signed bytes.
inline __m128i MarkEscapes(__m128i block) {
  const __m128i moved = _mm_xor_si128(block, _mm_set1_epi8(static_cast<char>(0x82)));
  return _mm_or_si128(_mm_cmpgt_epi8(_mm_set1_epi8(static_cast<char>(0xA1)), moved),
                      _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
}

// MarkEscapes, and every byte that is not ASCII: as signed bytes they are smaller still.
inline __m128i MarkEscapesAndNonAscii(__m128i block) {
  const __m128i moved = _mm_xor_si128(block, _mm_set1_epi8(0x02));
  return _mm_or_si128(_mm_cmpgt_epi8(_mm_set1_epi8(0x21), moved),
                      _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
}

}  // namespace stator::wire
