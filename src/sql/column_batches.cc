#include "sql/column_batches.h"

#include <limits>
#include <utility>

#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "duckdb/main/appender.hpp"

namespace stator::sql {

using duckdb::FlatVector;
using duckdb::idx_t;
using duckdb::ListVector;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::string_t;
using duckdb::StructVector;
using duckdb::Vector;
using FeatureColumn = features::Column;
using features::ColumnKind;

namespace {

struct KindOfType {
  ColumnKind kind;
  int bits = 64;
  bool is_unsigned = false;
};

KindOfType KindOf(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::SQLNULL: return {ColumnKind::kNull};
    case LogicalTypeId::BOOLEAN: return {ColumnKind::kBool};
    case LogicalTypeId::TINYINT: return {ColumnKind::kInteger, 8};
    case LogicalTypeId::SMALLINT: return {ColumnKind::kInteger, 16};
    case LogicalTypeId::INTEGER: return {ColumnKind::kInteger, 32};
    case LogicalTypeId::BIGINT: return {ColumnKind::kInteger, 64};
    case LogicalTypeId::UTINYINT: return {ColumnKind::kInteger, 8, true};
    case LogicalTypeId::USMALLINT: return {ColumnKind::kInteger, 16, true};
    case LogicalTypeId::UINTEGER: return {ColumnKind::kInteger, 32, true};
    case LogicalTypeId::UBIGINT: return {ColumnKind::kInteger, 64, true};
    case LogicalTypeId::FLOAT: return {ColumnKind::kFloat};
    case LogicalTypeId::DOUBLE: return {ColumnKind::kDouble};
    case LogicalTypeId::HUGEINT:
    case LogicalTypeId::UHUGEINT:
    case LogicalTypeId::DECIMAL: return {ColumnKind::kDecimal};
    case LogicalTypeId::DATE:
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_SEC:
    case LogicalTypeId::TIMESTAMP_MS:
    case LogicalTypeId::TIMESTAMP_NS:
    case LogicalTypeId::TIMESTAMP_TZ: return {ColumnKind::kTimestamp};
    case LogicalTypeId::BLOB: return {ColumnKind::kBytes};
    case LogicalTypeId::LIST:
    case LogicalTypeId::ARRAY: return {ColumnKind::kList};
    case LogicalTypeId::STRUCT: return {ColumnKind::kStruct};
    case LogicalTypeId::MAP: return {ColumnKind::kMap};
    default: return {ColumnKind::kText};
  }
}

std::int64_t FlooredMicroseconds(std::int64_t nanoseconds) {
  const std::int64_t quotient = nanoseconds / 1000;
  return nanoseconds % 1000 < 0 ? quotient - 1 : quotient;
}

// Appends rows of vectors to columns. Vectors are brought into a plain form once, before any row is
// taken.
class BatchFiller {
 public:
  explicit BatchFiller(duckdb::ClientContext& context) : context_(context) {}

  // Appends rows [0, count).
  void AppendAll(Vector& vector, idx_t count, FeatureColumn& column) {
    switch (vector.GetType().id()) {
      case LogicalTypeId::ARRAY:
      case LogicalTypeId::UBIGINT:
        return AppendCast(vector, count, PlainType(vector, count), column);
      default: break;
    }
    if (column.kind == ColumnKind::kDecimal || column.kind == ColumnKind::kText) {
      return AppendCast(vector, count, LogicalType::VARCHAR, column);
    }
    AppendPlain(vector, count, column);
  }

 private:
  // What an array or an unsigned 64-bit vector is turned into.
  static LogicalType PlainType(Vector& vector, idx_t count) {
    const LogicalType& type = vector.GetType();
    if (type.id() == LogicalTypeId::ARRAY)
      return LogicalType::LIST(duckdb::ArrayType::GetChildType(type));
    vector.Flatten(count);
    for (idx_t row = 0; row < count; ++row) {
      const bool large = FlatVector::GetData<std::uint64_t>(vector)[row] >
                         static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
      if (large && !FlatVector::IsNull(vector, row)) return LogicalType::VARCHAR;
    }
    return LogicalType::BIGINT;
  }

  void AppendCast(Vector& vector, idx_t count, const LogicalType& type, FeatureColumn& column) {
    if (vector.GetType() == type) return AppendPlain(vector, count, column);
    Vector cast(type, count);
    duckdb::VectorOperations::Cast(context_, vector, cast, count);
    if (vector.GetType().id() == LogicalTypeId::UBIGINT && type.id() == LogicalTypeId::VARCHAR) {
      column.kind = ColumnKind::kDecimal;
    }
    AppendPlain(cast, count, column);
  }

  // REQUIRES: the type is one of those that AppendValues reads.
  void AppendPlain(Vector& vector, idx_t count, FeatureColumn& column) {
    vector.Flatten(count);
    AppendValidity(vector, count, column);
    switch (column.kind) {
      case ColumnKind::kNull: return;
      case ColumnKind::kStruct:
        for (std::size_t i = 0; i < column.children.size(); ++i) {
          AppendAll(*StructVector::GetEntries(vector)[i], count, column.children[i]);
        }
        return;
      case ColumnKind::kList:
      case ColumnKind::kMap: return AppendLists(vector, count, column);
      default: AppendValues(vector, count, column);
    }
  }

  static void AppendValidity(Vector& vector, idx_t count, FeatureColumn& column) {
    for (idx_t row = 0; row < count; ++row)
      column.valid.push_back(FlatVector::IsNull(vector, row) ? 0 : 1);
  }

  // The elements of all rows one behind the other, whatever their order in the vector.
  void AppendLists(Vector& vector, idx_t count, FeatureColumn& column) {
    if (column.offsets.empty()) column.offsets.push_back(0);
    const auto* lists = FlatVector::GetData<duckdb::list_entry_t>(vector);
    duckdb::SelectionVector elements(std::max<idx_t>(ListVector::GetListSize(vector), 1));
    idx_t size = 0;
    for (idx_t row = 0; row < count; ++row) {
      const idx_t length = FlatVector::IsNull(vector, row) ? 0 : lists[row].length;
      for (idx_t i = 0; i < length; ++i) elements.set_index(size++, lists[row].offset + i);
      column.offsets.push_back(column.offsets.back() + length);
    }
    Vector gathered(ListVector::GetEntry(vector), elements, size);
    if (column.kind == ColumnKind::kList) return AppendAll(gathered, size, column.children[0]);
    gathered.Flatten(size);
    for (std::size_t i = 0; i < 2; ++i) {
      AppendAll(*StructVector::GetEntries(gathered)[i], size, column.children[i]);
    }
  }

  static void AppendBytes(Vector& vector, idx_t count, FeatureColumn& column) {
    if (column.offsets.empty()) column.offsets.push_back(0);
    const auto* values = FlatVector::GetData<string_t>(vector);
    for (idx_t row = 0; row < count; ++row) {
      if (!FlatVector::IsNull(vector, row))
        column.bytes.append(values[row].GetData(), values[row].GetSize());
      column.offsets.push_back(column.bytes.size());
    }
  }

  template <typename T, typename Out, typename Convert>
  static void AppendNumbers(Vector& vector, idx_t count, std::vector<Out>& out, Convert convert) {
    const T* values = FlatVector::GetData<T>(vector);
    for (idx_t row = 0; row < count; ++row) {
      out.push_back(FlatVector::IsNull(vector, row) ? Out{} : convert(values[row]));
    }
  }

  template <typename T>
  static void AppendIntegers(Vector& vector, idx_t count, FeatureColumn& column) {
    AppendNumbers<T>(vector, count, column.integers,
                     [](T value) { return static_cast<std::int64_t>(value); });
  }

  static void AppendValues(Vector& vector, idx_t count, FeatureColumn& column) {
    const auto scaled = [](std::int64_t factor) {
      return [factor](std::int64_t value) { return value * factor; };
    };
    constexpr std::int64_t kMicrosecondsPerDay = 86'400'000'000;
    switch (vector.GetType().id()) {
      case LogicalTypeId::BOOLEAN: return AppendIntegers<bool>(vector, count, column);
      case LogicalTypeId::TINYINT: return AppendIntegers<std::int8_t>(vector, count, column);
      case LogicalTypeId::SMALLINT: return AppendIntegers<std::int16_t>(vector, count, column);
      case LogicalTypeId::INTEGER: return AppendIntegers<std::int32_t>(vector, count, column);
      case LogicalTypeId::UTINYINT: return AppendIntegers<std::uint8_t>(vector, count, column);
      case LogicalTypeId::USMALLINT: return AppendIntegers<std::uint16_t>(vector, count, column);
      case LogicalTypeId::UINTEGER: return AppendIntegers<std::uint32_t>(vector, count, column);
      case LogicalTypeId::FLOAT:
        return AppendNumbers<float>(vector, count, column.doubles,
                                    [](float value) { return double{value}; });
      case LogicalTypeId::DOUBLE:
        return AppendNumbers<double>(vector, count, column.doubles,
                                     [](double value) { return value; });
      case LogicalTypeId::DATE:
        return AppendNumbers<std::int32_t>(vector, count, column.integers,
                                           scaled(kMicrosecondsPerDay));
      case LogicalTypeId::TIMESTAMP_SEC:
        return AppendNumbers<std::int64_t>(vector, count, column.integers, scaled(1'000'000));
      case LogicalTypeId::TIMESTAMP_MS:
        return AppendNumbers<std::int64_t>(vector, count, column.integers, scaled(1'000));
      case LogicalTypeId::TIMESTAMP_NS:
        return AppendNumbers<std::int64_t>(vector, count, column.integers, FlooredMicroseconds);
      case LogicalTypeId::BLOB:
      case LogicalTypeId::VARCHAR: return AppendBytes(vector, count, column);
      default: return AppendIntegers<std::int64_t>(vector, count, column);
    }
  }

  duckdb::ClientContext& context_;
};

void Clear(FeatureColumn& column) {
  column.valid.clear();
  column.integers.clear();
  column.doubles.clear();
  column.bytes.clear();
  column.offsets.clear();
  for (FeatureColumn& child : column.children) Clear(child);
}

}  // namespace

FeatureColumn EmptyColumn(const std::string& name, const LogicalType& type) {
  const KindOfType kind = KindOf(type);
  FeatureColumn column;
  column.name = name;
  column.kind = kind.kind;
  column.integer_bits = kind.bits;
  column.integer_unsigned = kind.is_unsigned;
  if (kind.kind == ColumnKind::kStruct) {
    for (const auto& [field, field_type] : duckdb::StructType::GetChildTypes(type)) {
      column.children.push_back(EmptyColumn(field, field_type));
    }
  } else if (type.id() == LogicalTypeId::MAP) {
    column.children.push_back(EmptyColumn("", duckdb::MapType::KeyType(type)));
    column.children.push_back(EmptyColumn("", duckdb::MapType::ValueType(type)));
  } else if (type.id() == LogicalTypeId::LIST) {
    column.children.push_back(EmptyColumn("", duckdb::ListType::GetChildType(type)));
  } else if (type.id() == LogicalTypeId::ARRAY) {
    column.children.push_back(EmptyColumn("", duckdb::ArrayType::GetChildType(type)));
  }
  return column;
}

void FillBatch(duckdb::ClientContext& context, duckdb::DataChunk& chunk,
               features::ColumnBatch& batch) {
  BatchFiller filler(context);
  batch.rows = chunk.size();
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    FeatureColumn& column = batch.columns[i];
    Clear(column);
    if (chunk.data[i].GetType().id() == LogicalTypeId::UBIGINT) column.kind = ColumnKind::kInteger;
    filler.AppendAll(chunk.data[i], chunk.size(), column);
  }
}

LogicalType TypeOfColumn(const FeatureColumn& column) {
  switch (column.kind) {
    case ColumnKind::kBool: return LogicalType::BOOLEAN;
    case ColumnKind::kInteger: return LogicalType::BIGINT;
    case ColumnKind::kFloat: return LogicalType::FLOAT;
    case ColumnKind::kDouble: return LogicalType::DOUBLE;
    case ColumnKind::kTimestamp: return LogicalType::TIMESTAMP_TZ;
    case ColumnKind::kBytes: return LogicalType::BLOB;
    default: return LogicalType::VARCHAR;
  }
}

namespace {

duckdb::Value ValueAt(const FeatureColumn& column, std::size_t row) {
  if (!column.IsValid(row)) return duckdb::Value(TypeOfColumn(column));
  switch (column.kind) {
    case ColumnKind::kBool: return duckdb::Value::BOOLEAN(column.integers[row] != 0);
    case ColumnKind::kInteger: return duckdb::Value::BIGINT(column.integers[row]);
    case ColumnKind::kFloat: return duckdb::Value::FLOAT(static_cast<float>(column.doubles[row]));
    case ColumnKind::kDouble: return duckdb::Value::DOUBLE(column.doubles[row]);
    case ColumnKind::kTimestamp:
      return duckdb::Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(column.integers[row]));
    case ColumnKind::kBytes: return duckdb::Value::BLOB_RAW(std::string(column.BytesAt(row)));
    default: return duckdb::Value(std::string(column.BytesAt(row)));
  }
}

}  // namespace

base::Status MakeTable(duckdb::Connection& connection, const std::string& table,
                       const features::ColumnBatch& batch) {
  std::string columns;
  for (const FeatureColumn& column : batch.columns) {
    if (!column.children.empty()) {
      return base::Error(
          base::ErrorKind::kInvalid, "DataFileInvalid",
          "column " + column.name + " is nested; rows in memory have scalar columns only");
    }
    columns += (columns.empty() ? "" : ", ") +
               duckdb::KeywordHelper::WriteQuoted(column.name, '"') + " " +
               TypeOfColumn(column).ToString();
  }
  const auto made = connection.Query("CREATE TEMPORARY TABLE " + table + " (" + columns + ")");
  if (made->HasError()) return ErrorOf(made->GetErrorObject());
  duckdb::Appender appender(connection, "temp", "main", table);
  for (std::size_t row = 0; row < batch.rows; ++row) {
    appender.BeginRow();
    for (const FeatureColumn& column : batch.columns) appender.Append(ValueAt(column, row));
    appender.EndRow();
  }
  appender.Close();
  return base::OkStatus();
}

}  // namespace stator::sql
