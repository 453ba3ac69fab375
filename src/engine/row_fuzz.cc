// Row keys and row values from anywhere never crash the engine, and what decodes encodes to the
// same bytes.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "dynamo/item.h"
#include "engine/key_codec.h"
#include "engine/row_codec.h"
#include "engine/table.h"

namespace {

using stator::dynamo::AttributeType;
using stator::dynamo::AttributeValue;

void FuzzKey(std::string_view bytes, bool has_sort) {
  const stator::engine::KeyCodec codec({0x01020304, 0}, has_sort);
  stator::engine::RowKeyParts parts;
  std::string row("\x01\x02\x03\x04\0\0", 6);
  row.append(bytes);
  if (!codec.Decode(row, parts).ok()) return;
  std::string partition;
  std::string sort;
  stator::engine::AppendKeyValue(AttributeType::kBinary, parts.partition, partition);
  stator::engine::AppendKeyValue(AttributeType::kBinary, parts.sort, sort);
  stator::dynamo::ItemKey key{AttributeValue(partition.data()), std::nullopt};
  if (has_sort) key.sort = AttributeValue(sort.data());
  std::string again;
  codec.EncodeRow(key, again);
  // All but the hash, which is not looked at in decoding.
  CHECK(again.size() == row.size() && again.substr(9) == row.substr(9));
}

void FuzzValue(std::string_view bytes) {
  const auto row = stator::engine::DecodeRow(bytes);
  if (!row.ok() || !stator::dynamo::ValidateItemBytes(row->rest.bytes()).ok()) return;
  const stator::dynamo::KeySchema schema{{"pk", AttributeType::kString}, std::nullopt};
  const stator::engine::RowCodec codec(schema);
  std::string partition;
  stator::engine::AppendKeyValue(AttributeType::kString, "key", partition);
  std::string item;
  codec.AppendItem({AttributeValue(partition.data()), std::nullopt}, row->rest, item);
  CHECK(stator::dynamo::ValidateItemBytes(item).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  FuzzKey(bytes, false);
  FuzzKey(bytes, true);
  FuzzValue(bytes);
  static_cast<void>(stator::engine::DecodeTableRecord(bytes));
  return 0;
}
