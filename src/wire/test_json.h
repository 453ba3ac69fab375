// What tests, benchmarks and fuzzers of this module share.
#pragma once

#include <string>
#include <string_view>

#include "wire/json_reader.h"

namespace stator::wire {

// A body with its padding. The padding is hostile on purpose: brackets that would end a document.
class PaddedBody {
 public:
  // Copies `text`.
  explicit PaddedBody(std::string_view text) : size_(text.size()) {
    bytes_.reserve(size_ + kBodyPaddingBytes);
    bytes_.assign(text);
    bytes_.append(kBodyPaddingBytes, '}');
  }
  // The body, readable kBodyPaddingBytes beyond its end.
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::size_t size_;
  std::string bytes_;
};

}  // namespace stator::wire
