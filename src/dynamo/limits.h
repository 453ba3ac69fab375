// DynamoDB's limits, each with its source: [M] the public service model (lengths, enums), [G] the
// AWS developer guide's quota page, [P] captured on AWS in 2026. Everything that checks a limit
// names the constant here.
#pragma once

#include <cstddef>
#include <cstdint>

namespace stator::dynamo {

// Item: names and values together, by DynamoDB's own counting (item_size.h). Exact to the byte.
// [G][P]
inline constexpr std::size_t kItemSizeBytesMax = 409'600;
// Nesting of a value, the attribute itself being level 1: 31 wrappers around a scalar pass, 32 do
// not. [P]
inline constexpr int kValueDepthMax = 32;
// Attribute name in UTF-8 bytes. [G] Key attributes and index projections: 255. [M]
inline constexpr std::size_t kAttributeNameBytesMax = 65'535;
inline constexpr std::size_t kKeyAttributeNameBytesMax = 255;
// Key values in bytes. Empty ones are refused. [G]
inline constexpr std::size_t kPartitionKeyBytesMax = 2'048;
inline constexpr std::size_t kSortKeyBytesMax = 1'024;
// Table and index names: 3 to 255 of [a-zA-Z0-9_.-]. [M]
inline constexpr std::size_t kTableNameBytesMin = 3;
inline constexpr std::size_t kTableNameBytesMax = 255;
// A TableName parameter may be a table ARN. [M]
inline constexpr std::size_t kTableArnBytesMax = 1'024;

// Query and Scan stop after this many evaluated bytes, before filter and projection. [G][P]
inline constexpr std::size_t kPageBytesMax = 1 << 20;
// BatchGetItem: keys over all tables, and bytes of the reply. [M][G]
inline constexpr std::size_t kBatchGetKeysMax = 100;
inline constexpr std::size_t kBatchGetReplyBytesMax = 16 << 20;
// BatchWriteItem: requests over all tables, and bytes of the request. [M][G]
inline constexpr std::size_t kBatchWriteRequestsMax = 25;
inline constexpr std::size_t kBatchWriteBytesMax = 16 << 20;
// HTTP body of any request. [G]
inline constexpr std::size_t kRequestBodyBytesMax = 16 << 20;
// Scan segments. [M]
inline constexpr std::int32_t kScanSegmentsMax = 1'000'000;
// ListTables page. [M]
inline constexpr std::int32_t kListTablesMax = 100;
// Tags of one table, and their lengths. [M][G]
inline constexpr std::size_t kTagsMax = 50;
inline constexpr std::size_t kTagKeyBytesMax = 128;
inline constexpr std::size_t kTagValueBytesMax = 256;

// Expressions: text before name substitution, operators and functions, depth of a path, operands of
// IN. [G][P]
inline constexpr std::size_t kExpressionBytesMax = 4'096;
inline constexpr int kExpressionOperatorsMax = 300;
inline constexpr int kPathDepthMax = 32;
inline constexpr int kInOperandsMax = 100;
// ExpressionAttributeNames and -Values together. [G]
inline constexpr std::size_t kExpressionAttributesBytesMax = 2 << 20;

// Numbers: significant decimal digits; the exponent e of 0.d1d2... x 10^e lies in [-129, 126], that
// is 1E-130 to 9.99...E+125. [G]
inline constexpr int kNumberDigitsMax = 38;
inline constexpr int kNumberExponentMin = -129;
inline constexpr int kNumberExponentMax = 126;

// Capacity units: bytes of one read unit and of one write unit. [G]
inline constexpr std::size_t kReadUnitBytes = 4'096;
inline constexpr std::size_t kWriteUnitBytes = 1'024;

}  // namespace stator::dynamo
