#include "sql/items_to_vectors.h"

#include <algorithm>
#include <utility>

#include "dynamo/attribute_value.h"
#include "sql/value_json.h"

namespace stator::sql {

using duckdb::FlatVector;
using duckdb::idx_t;
using duckdb::ListVector;
using duckdb::string_t;
using duckdb::StringVector;
using duckdb::StructVector;
using duckdb::Vector;
using dynamo::AttributeType;
using dynamo::AttributeValue;
using dynamo::Number;

namespace {

// Keeps a page alive for the vectors that point into it.
class PageBuffer final : public duckdb::VectorBuffer {
 public:
  explicit PageBuffer(std::shared_ptr<Page> page)
      : VectorBuffer(duckdb::VectorBufferType::OPAQUE_BUFFER), page_(std::move(page)) {}

 private:
  std::shared_ptr<Page> page_;
};

using PageReference = duckdb::buffer_ptr<duckdb::VectorBuffer>;

__extension__ using Uint128 = unsigned __int128;

bool ToDecimal(const Number& number, int scale, duckdb::hugeint_t& out) {
  const Number::Decimal decimal = number.ToDecimal();
  if (decimal.exponent + scale > kDecimalDigitsMax ||
      decimal.digit_count - decimal.exponent > scale)
    return false;
  Uint128 magnitude = 0;
  for (int i = 0; i < decimal.exponent + scale; ++i) {
    magnitude = magnitude * 10 + (i < decimal.digit_count ? decimal.digits[i] : 0U);
  }
  const Uint128 value =
      decimal.negative ? -magnitude : magnitude;  // two's complement, as hugeint_t
  out.lower = static_cast<std::uint64_t>(value);
  out.upper = static_cast<std::int64_t>(static_cast<std::uint64_t>(value >> 64));
  return true;
}

// Leaves nothing to write in `vector`, which has room for a chunk.
void FillWithNull(Vector& vector) {
  FlatVector::Validity(vector).SetAllInvalid(STANDARD_VECTOR_SIZE);
  if (vector.GetType().id() != duckdb::LogicalTypeId::STRUCT) return;
  for (auto& child : StructVector::GetEntries(vector)) FillWithNull(*child);
}

// Writes values of one type into one vector. A tree of these mirrors a nested type.
class VectorWriter {
 public:
  VectorWriter(Vector& vector, const ColumnType& type, const PageReference& page,
               const std::vector<WantedField>& wanted = {})
      : vector_(vector), type_(type), narrowed_(!wanted.empty()) {
    switch (type.kind) {
      case TypeKind::kText:
      case TypeKind::kBlob: StringVector::AddBuffer(vector, page); break;
      case TypeKind::kStruct:
        for (std::size_t i = 0; i < type.fields.size(); ++i) {
          AddField(*StructVector::GetEntries(vector)[i], i, page, wanted);
        }
        break;
      case TypeKind::kList:
        children_.emplace_back(ListVector::GetEntry(vector), type.element[0], page);
        break;
      case TypeKind::kMap:
        children_.emplace_back(duckdb::MapVector::GetKeys(vector), kTextType, page);
        children_.emplace_back(duckdb::MapVector::GetValues(vector), type.element[0], page);
        break;
      default: break;
    }
    Refresh();
  }

  // Fetches the vector's memory anew, which moves when a list grows.
  void Refresh() {
    data_ = FlatVector::GetData(vector_);
    validity_ = &FlatVector::Validity(vector_);
    for (VectorWriter& child : children_) child.Refresh();
  }

  void WriteNull(idx_t row) {
    validity_->SetInvalid(row);
    if (type_.kind == TypeKind::kStruct) {
      for (VectorWriter& child : children_) child.WriteNull(row);
    }
  }

  // False when the type does not hold the value.
  bool Write(idx_t row, AttributeValue value) {
    const AttributeType type = value.type();
    if (type == AttributeType::kNull) {
      WriteNull(row);
      return true;
    }
    switch (type_.kind) {
      case TypeKind::kText: WriteText(row, value); return true;
      case TypeKind::kJson: WriteJson(row, value); return true;
      case TypeKind::kBool:
        if (type != AttributeType::kBool) return false;
        As<bool>()[row] = value.bool_value();
        return true;
      case TypeKind::kBlob:
        if (type != AttributeType::kBinary) return false;
        As<string_t>()[row] = Reference(value.bytes());
        return true;
      case TypeKind::kStruct: return type == AttributeType::kMap && WriteStruct(row, value.map());
      case TypeKind::kMap: return type == AttributeType::kMap && WriteMap(row, value.map());
      case TypeKind::kList: return WriteList(row, value);
      default: return type == AttributeType::kNumber && WriteNumber(row, value.number());
    }
  }

  // Tells DuckDB how long lists have become.
  void Finish() {
    if (type_.kind == TypeKind::kList || type_.kind == TypeKind::kMap) {
      ListVector::SetListSize(vector_, elements_);
    }
    for (VectorWriter& child : children_) child.Finish();
  }

 private:
  static const ColumnType kTextType;

  void AddField(Vector& vector, std::size_t place, const PageReference& page,
                const std::vector<WantedField>& wanted) {
    const auto is_here = [&](const WantedField& field) { return field.place == place; };
    const auto found = std::find_if(wanted.begin(), wanted.end(), is_here);
    const bool all = wanted.empty();
    if (!all && found == wanted.end()) return FillWithNull(vector);
    places_.push_back(place);
    children_.emplace_back(vector, type_.fields[place].type, page, all ? wanted : found->fields);
  }

  template <typename T>
  T* As() {
    return reinterpret_cast<T*>(data_);
  }

  static string_t Reference(std::string_view bytes) {
    return {bytes.data(), static_cast<std::uint32_t>(bytes.size())};
  }

  void WriteText(idx_t row, AttributeValue value) {
    if (value.type() == AttributeType::kString) {
      As<string_t>()[row] = Reference(value.bytes());
      return;
    }
    std::string text;
    AppendPlainText(value, text);
    As<string_t>()[row] = StringVector::AddString(vector_, text);
  }

  void WriteJson(idx_t row, AttributeValue value) {
    std::string text;
    AppendJson(value, text);
    As<string_t>()[row] = StringVector::AddString(vector_, text);
  }

  bool WriteNumber(idx_t row, const Number& number) {
    if (type_.kind == TypeKind::kDecimal)
      return ToDecimal(number, type_.scale, As<duckdb::hugeint_t>()[row]);
    if (type_.kind == TypeKind::kDouble) {
      As<double>()[row] = number.ToDouble();
      return SurvivesDouble(number);
    }
    const auto integer = number.ToInt64();
    if (integer) As<std::int64_t>()[row] = *integer;
    return integer.has_value();
  }

  bool WriteStruct(idx_t row, dynamo::MapView map) {
    std::uint32_t entry = 0;
    for (std::size_t child = 0; child < children_.size(); ++child) {
      const std::string& wanted = type_.fields[places_[child]].attribute;
      while (narrowed_ && entry < map.size() && map[entry].name < wanted) ++entry;
      if (entry < map.size() && map[entry].name == wanted) {
        if (!children_[child].Write(row, map[entry].value)) return false;
        ++entry;
      } else {
        children_[child].WriteNull(row);
      }
    }
    // Names ascend on both sides, so an unknown one stops the walk.
    return narrowed_ || entry == map.size();
  }

  // Room for `more` elements behind those written.
  void Grow(idx_t more) {
    if (elements_ + more <= ListVector::GetListCapacity(vector_)) return;
    ListVector::Reserve(vector_, elements_ + more);
    for (VectorWriter& child : children_) child.Refresh();
  }

  void CloseList(idx_t row, idx_t first) {
    As<duckdb::list_entry_t>()[row] = {first, elements_ - first};
  }

  bool WriteMap(idx_t row, dynamo::MapView map) {
    const idx_t first = elements_;
    Grow(map.size());
    for (const auto [name, value] : map) {
      children_[0].As<string_t>()[elements_] = Reference(name);
      if (!children_[1].Write(elements_, value)) return false;
      ++elements_;
    }
    CloseList(row, first);
    return true;
  }

  bool WriteList(idx_t row, AttributeValue value) {
    const idx_t first = elements_;
    if (value.type() == AttributeType::kList) {
      Grow(value.list().size());
      for (const AttributeValue element : value.list()) {
        if (!children_[0].Write(elements_, element)) return false;
        ++elements_;
      }
    } else if (value.type() >= AttributeType::kStringSet) {
      const dynamo::SetView set = value.set();
      Grow(set.size());
      for (const std::string_view member : set) {
        if (!children_[0].WriteMember(elements_, set.member_type(), member)) return false;
        ++elements_;
      }
    } else {
      return false;
    }
    CloseList(row, first);
    return true;
  }

  // A member of a set: the types that a set can hold.
  bool WriteMember(idx_t row, AttributeType type, std::string_view member) {
    const bool text = type_.kind == TypeKind::kText || type_.kind == TypeKind::kJson;
    if (type == AttributeType::kNumber && !text)
      return IsNumeric() && WriteNumber(row, Number::FromSortable(member));
    if (type == AttributeType::kBinary && type_.kind == TypeKind::kBlob) {
      As<string_t>()[row] = Reference(member);
      return true;
    }
    if (!text) return false;
    if (type == AttributeType::kString && type_.kind == TypeKind::kText) {
      As<string_t>()[row] = Reference(member);
      return true;
    }
    std::string shown;
    if (type == AttributeType::kNumber) shown = Number::FromSortable(member).ToText();
    if (type == AttributeType::kBinary) AppendBase64(member, shown);
    if (type == AttributeType::kString) shown = member;
    if (type_.kind == TypeKind::kJson && type != AttributeType::kNumber) {
      std::string quoted;
      AppendJsonString(shown, quoted);
      shown = std::move(quoted);
    }
    As<string_t>()[row] = StringVector::AddString(vector_, shown);
    return true;
  }

  bool IsNumeric() const {
    return type_.kind == TypeKind::kBigint || type_.kind == TypeKind::kDecimal ||
           type_.kind == TypeKind::kDouble;
  }

  Vector& vector_;
  const ColumnType& type_;
  const bool narrowed_;  // a STRUCT of which not all fields are wanted
  duckdb::data_ptr_t data_ = nullptr;
  duckdb::ValidityMask* validity_ = nullptr;
  std::vector<VectorWriter> children_;
  std::vector<std::size_t> places_;  // of a STRUCT: which field each child is
  idx_t elements_ = 0;               // of a list or map, over all rows
};

const ColumnType VectorWriter::kTextType;

// Places one item; false and the attribute when it does not fit.
bool PlaceItem(dynamo::MapView item, const std::vector<OutputColumn>& columns,
               std::vector<VectorWriter>& writers, bool all_columns, idx_t row,
               std::string_view& attribute) {
  std::uint32_t entry = 0;
  const std::uint32_t entries = item.size();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string& wanted = columns[i].column->attribute;
    int order = 1;
    for (; entry < entries; ++entry) {
      attribute = item[entry].name;
      order = attribute.compare(wanted);
      if (order >= 0) break;
      if (all_columns) return false;
    }
    if (entry == entries || order != 0) {
      writers[i].WriteNull(row);
    } else if (!writers[i].Write(row, item[entry++].value)) {
      return false;
    }
  }
  if (all_columns && entry < entries) attribute = item[entry].name;
  return !all_columns || entry == entries;
}

}  // namespace

ItemsToVectors::ItemsToVectors(std::vector<OutputColumn> columns, bool all_columns)
    : columns_(std::move(columns)), all_columns_(all_columns) {
  std::sort(columns_.begin(), columns_.end(), [](const OutputColumn& a, const OutputColumn& b) {
    return a.column->attribute < b.column->attribute;
  });
}

bool ItemsToVectors::Fill(const std::shared_ptr<Page>& page, std::size_t& entry,
                          duckdb::DataChunk& chunk, Misfit& misfit) const {
  const PageReference reference = duckdb::make_buffer<PageBuffer>(page);
  std::vector<VectorWriter> writers;
  writers.reserve(columns_.size());
  for (const OutputColumn& column : columns_) {
    writers.emplace_back(chunk.data[column.vector], column.column->type, reference, column.fields);
  }
  idx_t rows = 0;
  const dynamo::ItemBatch& items = page->items;
  for (; entry < items.size() && rows < STANDARD_VECTOR_SIZE; ++entry) {
    const auto item = items.Find(entry);
    if (!item) continue;
    std::string_view attribute;
    if (!PlaceItem(item->attributes(), columns_, writers, all_columns_, rows, attribute)) {
      misfit = {std::string(attribute), entry};
      return false;
    }
    ++rows;
  }
  for (VectorWriter& writer : writers) writer.Finish();
  chunk.SetCardinality(rows);
  return true;
}

}  // namespace stator::sql
