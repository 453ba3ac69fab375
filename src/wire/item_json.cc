#include "wire/item_json.h"

#include "wire/item_reader.h"
#include "wire/json_writer.h"

namespace stator::wire {

void AppendJsonString(std::string_view text, std::string& out) {
  JsonWriter writer(out, text.size() + 32);
  writer.String(text);
  writer.Finish();
}

void ItemToJson(dynamo::ItemView item, std::string& out) {
  JsonWriter writer(out, item.bytes().size() * 3 / 2 + 64);
  writer.Item(item);
  writer.Finish();
}

void ValueToJson(dynamo::AttributeValue value, std::string& out) {
  JsonWriter writer(out, 64);
  writer.Value(value);
  writer.Finish();
}

base::Result<dynamo::Item> ItemFromJson(JsonReader& reader, std::string_view json) {
  JsonReader::Impl& in = reader.impl();
  dynamo::Item item;
  ReadItemDocument(in, json, item);
  if (auto fault = in.FirstFault()) return *std::move(fault);
  return item;
}

}  // namespace stator::wire
