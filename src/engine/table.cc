#include "engine/table.h"

#include <utility>

#include "dynamo/errors.h"
#include "dynamo/item_builder.h"

namespace stator::engine {
namespace {

using base::Error;
using base::ErrorKind;
using base::Result;
using dynamo::AttributeType;
using dynamo::AttributeValue;
using dynamo::BillingMode;
using dynamo::ItemBuilder;
using dynamo::KeyAttribute;
using dynamo::MapView;
using dynamo::Number;

constexpr std::string_view kOperationNames[] = {"GetItem",      "Query",   "Scan",
                                                "BatchGetItem", "GetMany", "Sample"};
constexpr std::string_view kPayPerRequest = "PAY_PER_REQUEST";
constexpr std::string_view kProvisioned = "PROVISIONED";

void AddKeyAttribute(ItemBuilder& builder, std::string_view part, const KeyAttribute& attribute) {
  builder.Name(part).BeginMap();
  builder.Name("name").String(attribute.name);
  builder.Name("type").String(dynamo::AttributeTypeName(attribute.type));
  builder.EndMap();
}

Error Damaged(std::string_view member) {
  return Error(ErrorKind::kInternal, dynamo::kInternalServerError,
               "catalog row is damaged: member `" + std::string(member) + "`");
}

// Reads members of a catalog row; the first that is missing or of another type stays as the error.
class RecordReader {
 public:
  explicit RecordReader(MapView map) : map_(map) {}

  std::string String(std::string_view name) {
    const auto value = Find(name, AttributeType::kString);
    return value ? std::string(value->bytes()) : std::string();
  }
  std::int64_t Integer(std::string_view name) {
    const auto value = Find(name, AttributeType::kNumber);
    if (!value) return 0;
    const auto integer = value->number().ToInt64();
    if (!integer) Fail(name);
    return integer.value_or(0);
  }
  bool Bool(std::string_view name) {
    const auto value = Find(name, AttributeType::kBool);
    return value && value->bool_value();
  }
  std::optional<MapView> Map(std::string_view name) {
    const auto value = Find(name, AttributeType::kMap);
    return value ? std::optional(value->map()) : std::nullopt;
  }
  KeyAttribute Key(std::string_view part) {
    KeyAttribute attribute;
    const auto map = Map(part);
    if (!map) return attribute;
    RecordReader reader(*map);
    attribute.name = reader.String("name");
    const std::string type = reader.String("type");
    attribute.type = type == "S"   ? AttributeType::kString
                     : type == "N" ? AttributeType::kNumber
                                   : AttributeType::kBinary;
    if (!reader.bad_.empty() || (attribute.type == AttributeType::kBinary && type != "B")) {
      Fail(part);
    }
    return attribute;
  }
  bool Has(std::string_view name) const { return map_.Find(name).has_value(); }
  void Fail(std::string_view name) {
    if (bad_.empty()) bad_ = name;
  }
  const std::string& bad() const { return bad_; }

 private:
  std::optional<AttributeValue> Find(std::string_view name, AttributeType type) {
    const auto value = map_.Find(name);
    if (value && value->type() == type) return value;
    Fail(name);
    return std::nullopt;
  }

  MapView map_;
  std::string bad_;
};

}  // namespace

std::string EncodeTableRecord(const TableRecord& record) {
  const dynamo::TableDescription& table = record.description;
  ItemBuilder builder;
  builder.Name("number").Add(Number::FromInt64(record.number));
  builder.Name("name").String(table.name);
  builder.Name("arn").String(table.arn);
  builder.Name("id").String(table.id);
  builder.Name("created_us").Add(Number::FromInt64(table.creation_time.time_since_epoch().count()));
  AddKeyAttribute(builder, "partition", table.key_schema.partition);
  if (table.key_schema.sort) AddKeyAttribute(builder, "sort", *table.key_schema.sort);
  builder.Name("billing").String(table.billing_mode == BillingMode::kPayPerRequest ? kPayPerRequest
                                                                                   : kProvisioned);
  builder.Name("read_units").Add(Number::FromInt64(table.throughput.read_capacity_units));
  builder.Name("write_units").Add(Number::FromInt64(table.throughput.write_capacity_units));
  builder.Name("protected").Bool(table.deletion_protection);
  builder.Name("class").String(table.table_class);
  builder.Name("tags").BeginMap();
  for (const dynamo::Tag& tag : record.tags) builder.Name(tag.key).String(tag.value);
  builder.EndMap();
  return builder.Build().bytes();
}

Result<TableRecord> DecodeTableRecord(std::string_view bytes) {
  STATOR_RETURN_IF_ERROR(dynamo::ValidateItemBytes(bytes));
  RecordReader reader(dynamo::ItemView(bytes).attributes());
  TableRecord record;
  dynamo::TableDescription& table = record.description;
  record.number = static_cast<std::uint32_t>(reader.Integer("number"));
  table.name = reader.String("name");
  table.arn = reader.String("arn");
  table.id = reader.String("id");
  table.creation_time = base::WallTime(std::chrono::microseconds(reader.Integer("created_us")));
  table.key_schema.partition = reader.Key("partition");
  if (reader.Has("sort")) table.key_schema.sort = reader.Key("sort");
  const std::string billing = reader.String("billing");
  table.billing_mode =
      billing == kPayPerRequest ? BillingMode::kPayPerRequest : BillingMode::kProvisioned;
  table.throughput.read_capacity_units = reader.Integer("read_units");
  table.throughput.write_capacity_units = reader.Integer("write_units");
  table.deletion_protection = reader.Bool("protected");
  table.table_class = reader.String("class");
  if (const auto tags = reader.Map("tags")) {
    for (const dynamo::NamedValue tag : *tags) {
      if (tag.value.type() != AttributeType::kString) return Damaged("tags");
      record.tags.push_back({std::string(tag.name), std::string(tag.value.bytes())});
    }
  }
  if (!reader.bad().empty()) return Damaged(reader.bad());
  return record;
}

Table::Table(TableRecord record, TableCounts counts, base::MetricsRegistry* metrics)
    : record_(std::move(record)),
      keys_(KeySpace{record_.number, 0}, key_schema().sort.has_value()),
      rows_(key_schema()),
      items_(counts.items),
      bytes_(counts.bytes),
      metrics_(metrics) {}

TableCounts Table::counts() const {
  return {items_.load(std::memory_order_relaxed), bytes_.load(std::memory_order_relaxed)};
}

void Table::AddCounts(TableCounts change) {
  items_.fetch_add(change.items, std::memory_order_relaxed);
  bytes_.fetch_add(change.bytes, std::memory_order_relaxed);
}

dynamo::TableDescription Table::Describe() const {
  dynamo::TableDescription description = record_.description;
  const TableCounts now = counts();
  description.item_count = now.items;
  description.size_bytes = now.bytes;
  return description;
}

void Table::CountItemsRead(ReadOperation operation, std::uint64_t items) const {
  const auto place = static_cast<std::size_t>(operation);
  base::Counter* counter = items_read_[place].load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter = metrics_->GetCounter(
        "stator_engine_items_read_total", "Items read from a table, before filters.",
        {{"table", name()}, {"operation", std::string(kOperationNames[place])}});
    items_read_[place].store(counter, std::memory_order_release);
  }
  counter->Add(items);
}

}  // namespace stator::engine
