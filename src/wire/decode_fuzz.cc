// Any bytes, to every decoder: none may crash, read beyond its padding, or make an item that is
// damaged; what was decoded must come back unchanged from its own JSON; and what is JSON at all
// must be what simdjson takes for it.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "dynamo/item.h"
#include "wire/error_body.h"
#include "wire/item_json.h"
#include "wire/requests.h"
#include "wire/responses.h"
#include "wire/test_json.h"
#include "wire/test_oracle.h"

namespace stator::wire {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void RoundTrip(JsonReader& reader, std::string_view body) {
  const auto item = ItemFromJson(reader, body);
  if (!item.ok()) return;
  Require(dynamo::ValidateItemBytes(item->bytes()).ok());
  std::string json;
  ItemToJson(*item, json);
  const auto again = ItemFromJson(reader, PaddedBody(json).view());
  Require(again.ok() && again->bytes() == item->bytes());
}

void DecodeAll(JsonReader& reader, std::string_view body) {
  static_cast<void>(DecodeGetItemRequest(reader, body));
  static_cast<void>(DecodePutItemRequest(reader, body));
  static_cast<void>(DecodeUpdateItemRequest(reader, body));
  static_cast<void>(DecodeDeleteItemRequest(reader, body));
  static_cast<void>(DecodeQueryRequest(reader, body));
  static_cast<void>(DecodeScanRequest(reader, body));
  static_cast<void>(DecodeBatchGetItemRequest(reader, body));
  static_cast<void>(DecodeBatchWriteItemRequest(reader, body));
  static_cast<void>(DecodeCreateTableRequest(reader, body));
  static_cast<void>(DecodeTableNameRequest(reader, body));
  static_cast<void>(DecodeListTablesRequest(reader, body));
  static_cast<void>(DecodeTagResourceRequest(reader, body));
  static_cast<void>(DecodeUntagResourceRequest(reader, body));
  static_cast<void>(DecodeListTagsOfResourceRequest(reader, body));
  static_cast<void>(DecodeEmptyRequest(reader, body));
  static_cast<void>(DecodeGetItemResponse(reader, body));
  static_cast<void>(DecodeReadPageResponse(reader, body));
  static_cast<void>(DecodeBatchGetItemResponse(reader, body));
  static_cast<void>(DecodeBatchWriteItemResponse(reader, body));
  static_cast<void>(DecodeTableDescriptionResponse(reader, body));
  static_cast<void>(DecodeListTagsOfResourceResponse(reader, body));
  static_cast<void>(DecodeError(reader, 400, body));
}

}  // namespace
}  // namespace stator::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static stator::wire::JsonReader reader;
  // What stands behind a body must never count, so it is any of these.
  constexpr std::string_view kPaddings = "}],:\"1 n";
  const char padding = kPaddings[size % kPaddings.size()];
  const stator::wire::PaddedBody body({reinterpret_cast<const char*>(data), size}, padding);
  stator::wire::RoundTrip(reader, body.view());
  stator::wire::DecodeAll(reader, body.view());
  stator::wire::Require(stator::wire::Disagreement(body.view(), padding).empty());
  return 0;
}
