#include "sql/literal.h"

#include "base/check.h"
#include "sql/column_type.h"

namespace stator::sql {

using dynamo::AttributeType;
using dynamo::Number;

Literal Literal::FromValue(dynamo::AttributeValue value) {
  switch (value.type()) {
    case AttributeType::kBool: return Bool(value.bool_value());
    case AttributeType::kNumber: return {AttributeType::kNumber, std::string(value.number_bytes())};
    case AttributeType::kBinary: return Binary(std::string(value.bytes()));
    default: CHECK(value.type() == AttributeType::kString); return Text(std::string(value.bytes()));
  }
}

void Literal::AppendTo(dynamo::ItemBuilder& builder) const {
  switch (type_) {
    case AttributeType::kBool: builder.Bool(bytes_ == "1"); return;
    case AttributeType::kNumber: builder.Add(Number::FromSortable(bytes_)); return;
    case AttributeType::kBinary: builder.Binary(bytes_); return;
    default: builder.String(bytes_);
  }
}

std::string Literal::ToSql() const {
  switch (type_) {
    case AttributeType::kBool: return bytes_ == "1" ? "true" : "false";
    case AttributeType::kNumber: return Number::FromSortable(bytes_).ToText();
    case AttributeType::kBinary: {
      static constexpr char kHex[] = "0123456789ABCDEF";
      std::string text = "'";
      for (const char c : bytes_) {
        const auto byte = static_cast<unsigned char>(c);
        text += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
      }
      return text + "'::BLOB";
    }
    default: return QuoteText(bytes_);
  }
}

}  // namespace stator::sql
