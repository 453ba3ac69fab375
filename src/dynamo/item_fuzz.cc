// Any bytes: ValidateItemBytes answers without reading outside them, and what it accepts can be
// walked and rebuilt.
#include <cstddef>
#include <cstdint>
#include <string>

#include "dynamo/item.h"
#include "dynamo/item_builder.h"
#include "dynamo/item_size.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stator::dynamo;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  if (!ValidateItemBytes(bytes).ok()) return 0;
  const ItemView item(bytes);
  std::string copy;
  RebuildItem(item, {}, {}, copy);
  CHECK(copy == bytes);
  CHECK(ItemSizeBytes(item) <= bytes.size() * 2);
  return 0;
}
