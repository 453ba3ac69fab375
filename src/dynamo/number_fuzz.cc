// Any text: Number::Parse refuses it or gives a number whose text and sortable form lead back to
// itself.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dynamo/number.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using stator::dynamo::Number;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto number = Number::Parse(text); number.ok()) {
    CHECK(Number::IsSortable(number->sortable()));
    const auto again = Number::Parse(number->ToText());
    CHECK(again.ok() && *again == *number);
  }
  if (Number::IsSortable(text)) {
    const auto again = Number::Parse(Number::FromSortable(text).ToText());
    CHECK(again.ok() && again->sortable() == text);
  }
  return 0;
}
