// What tests, benchmarks and fuzzers of this module share: bodies as a server has them, in a buffer
// that goes on behind them.
#pragma once

#include <string>
#include <string_view>

#include "wire/json_reader.h"

namespace stator::wire {

// A body with its padding, as a server's buffer holds it: what stands behind a body there is the
// next request, or what an earlier one left. The padding is hostile on purpose: brackets that would
// end a document that is not closed.
class PaddedBody {
 public:
  // Copies `text`, and puts `padding` behind it, kBodyPaddingBytes times, that a decoder may load
  // but must not believe.
  explicit PaddedBody(std::string_view text, char padding = '}') : size_(text.size()) {
    bytes_.reserve(size_ + kBodyPaddingBytes);
    bytes_.assign(text);
    bytes_.append(kBodyPaddingBytes, padding);
  }
  // The body as decoders take it: valid as long as this object, and readable kBodyPaddingBytes
  // beyond its end.
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::size_t size_;
  std::string bytes_;
};

}  // namespace stator::wire
