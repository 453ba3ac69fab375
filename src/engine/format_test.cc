// docs/format-data-folder.vectors.json, held from the side of C++;
// tests/formats/data_folder_format_test.py holds it from the other.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <fstream>
#include <iterator>

#include "dynamo/item_size.h"
#include "engine/key_codec.h"
#include "engine/log_frames.h"
#include "engine/rocks.h"
#include "engine/table.h"

namespace stator::engine {
namespace {

using dynamo::AttributeType;
using dynamo::AttributeValue;
using simdjson::dom::element;

std::string Hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const unsigned char c : bytes) {
    out += kDigits[c >> 4];
    out += kDigits[c & 15];
  }
  return out;
}

std::string FromHex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

std::string Text(element object, std::string_view name) {
  return std::string(std::string_view(object[name]));
}

class FormatTest : public ::testing::Test {
 protected:
  FormatTest() {
    std::ifstream file(STATOR_SOURCE_DIR "/docs/format-data-folder.vectors.json");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    vectors_ = parser_.parse(simdjson::padded_string(text));
  }

  // A pair of type and text as an encoded key value.
  static std::string KeyValue(element pair) {
    const std::string_view kind = pair.at(0);
    const std::string_view text = pair.at(1);
    std::string encoded;
    if (kind == "N") {
      AppendKeyValue(AttributeType::kNumber, dynamo::Number::Parse(text)->sortable(), encoded);
    } else if (kind == "S") {
      AppendKeyValue(AttributeType::kString, text, encoded);
    } else {
      AppendKeyValue(AttributeType::kBinary, FromHex(text), encoded);
    }
    return encoded;
  }

  static std::string RowKey(KeySpace space, element components) {
    const bool has_sort = components.get_array().value().size() > 1;
    const std::string partition = KeyValue(components.at(0));
    const std::string sort = has_sort ? KeyValue(components.at(1)) : "";
    dynamo::ItemKey key{AttributeValue(partition.data()), std::nullopt};
    if (has_sort) key.sort = AttributeValue(sort.data());
    std::string row_key;
    KeyCodec(space, has_sort).EncodeRow(key, row_key);
    return row_key;
  }

  simdjson::dom::parser parser_;
  element vectors_;
};

TEST_F(FormatTest, RowKeysHaveTheBytesOfTheirVectors) {
  for (element vector : vectors_["row_keys"]) {
    const KeySpace space{static_cast<std::uint32_t>(vector["table"].get_uint64().value()),
                         static_cast<std::uint16_t>(vector["index"].get_uint64().value())};
    EXPECT_EQ(Hex(RowKey(space, vector["components"])), Text(vector, "hex"))
        << Text(vector, "what");
  }
  for (element vector : vectors_["ordered_row_keys"]) {
    EXPECT_EQ(Hex(RowKey({1, 0}, vector["components"])), Text(vector, "hex"));
  }
}

TEST_F(FormatTest, RowValuesHaveTheBytesOfTheirVectors) {
  for (element vector : vectors_["row_values"]) {
    const std::string bytes = FromHex(Text(vector, "item_hex"));
    const dynamo::ItemView item(bytes);
    const std::uint64_t size = vector["size"];
    EXPECT_EQ(dynamo::ItemSizeBytes(item), size);
    dynamo::KeySchema schema;
    schema.partition.name = std::string(std::string_view(vector["key_names"].at(0)));
    if (vector["key_names"].get_array().value().size() > 1) {
      schema.sort = {std::string(std::string_view(vector["key_names"].at(1))),
                     AttributeType::kNumber};
    }
    const RowCodec codec(schema);
    std::string value;
    codec.Encode(item, size, value);
    EXPECT_EQ(Hex(value), Text(vector, "hex")) << Text(vector, "what");

    const auto row = DecodeRow(value);
    ASSERT_TRUE(row.ok());
    EXPECT_EQ(row->item_size_bytes, size);
    dynamo::ItemKey key{*item.Find(schema.partition.name), std::nullopt};
    if (schema.sort) key.sort = item.Find(schema.sort->name);
    std::string whole;
    codec.AppendItem(key, row->rest, whole);
    EXPECT_EQ(Hex(whole), Text(vector, "item_hex"));
  }
}

TEST_F(FormatTest, HashesAndSegmentsAreThoseOfTheirVectors) {
  for (element vector : vectors_["hashes"]) {
    const std::string partition = KeyValue(vector["key"]);
    const AttributeValue value(partition.data());
    const std::uint32_t hash = PartitionHash(KeyValueBytes(value));
    EXPECT_EQ(hash, std::stoul(Text(vector, "hash"), nullptr, 16));
    const KeyCodec codec({9, 0}, false);
    std::string row_key;
    codec.EncodeRow({value, std::nullopt}, row_key);
    for (const auto& [total, segment] : vector["segments"].get_object()) {
      EXPECT_TRUE(codec
                      .Segment(static_cast<std::int32_t>(std::int64_t(segment)),
                               std::stoi(std::string(total)))
                      .Contains(row_key));
    }
  }
}

TEST_F(FormatTest, LogFilesHaveTheBytesOfTheirVectors) {
  for (element vector : vectors_["log_files"]) {
    const LogHeader header{vector["number"].get_uint64().value(),
                           std::stoull(Text(vector, "salt"), nullptr, 16)};
    std::string file;
    AppendLogHeader(header, file);
    for (element payload : vector["payloads"]) {
      AppendFrame(header.salt, file.size(), std::string_view(payload), file);
    }
    EXPECT_EQ(Hex(file), Text(vector, "hex"));
    ASSERT_TRUE(DecodeLogHeader(file));
    EXPECT_EQ(DecodeLogHeader(file)->number, header.number);
    EXPECT_EQ(DecodeLogHeader(file)->salt, header.salt);
  }
}

TEST_F(FormatTest, CatalogRowsHaveTheBytesOfTheirVectors) {
  for (element vector : vectors_["tables"]) {
    const auto record = DecodeTableRecord(FromHex(Text(vector, "hex")));
    ASSERT_TRUE(record.ok()) << record.error().ToString();
    EXPECT_EQ(record->number, 3U);
    EXPECT_EQ(record->description.key_schema.sort->name, "at");
    EXPECT_EQ(record->description.throughput.write_capacity_units, 6);
    EXPECT_TRUE(record->description.deletion_protection);
    EXPECT_EQ(Hex(EncodeTableRecord(*record)), Text(vector, "hex"));
  }
  for (element vector : vectors_["counts"]) {
    const TableCounts counts{vector["items"].get_int64().value(),
                             vector["bytes"].get_int64().value()};
    EXPECT_EQ(Hex(EncodeCounts(counts)), Text(vector, "hex"));
    EXPECT_EQ(DecodeCounts(EncodeCounts(counts)).bytes, counts.bytes);
  }
}

}  // namespace
}  // namespace stator::engine
