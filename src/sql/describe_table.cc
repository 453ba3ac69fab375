#include "sql/describe_table.h"

#include "duckdb/catalog/catalog.hpp"
#include "duckdb/parser/query_node/select_node.hpp"
#include "duckdb/parser/statement/select_statement.hpp"
#include "duckdb/parser/tableref/basetableref.hpp"
#include "duckdb/parser/tableref/showref.hpp"
#include "sql/dynamo_catalog.h"

namespace stator::sql {

using duckdb::BaseTableRef;
using duckdb::SelectNode;

namespace {

const SelectNode* SelectNodeOf(const duckdb::QueryNode* node) {
  if (node == nullptr || node->type != duckdb::QueryNodeType::SELECT_NODE) return nullptr;
  return &node->Cast<SelectNode>();
}

// The table of a DESCRIBE or SHOW, which the parser turns into SELECT * FROM (show of SELECT * FROM
// table).
const BaseTableRef* DescribedTable(const duckdb::SQLStatement& statement) {
  if (statement.type != duckdb::StatementType::SELECT_STATEMENT) return nullptr;
  const SelectNode* outer = SelectNodeOf(statement.Cast<duckdb::SelectStatement>().node.get());
  if (outer == nullptr || !outer->from_table ||
      outer->from_table->type != duckdb::TableReferenceType::SHOW_REF) {
    return nullptr;
  }
  const auto& show = outer->from_table->Cast<duckdb::ShowRef>();
  if (show.show_type != duckdb::ShowType::DESCRIBE || !show.table_name.empty()) return nullptr;
  const SelectNode* inner = SelectNodeOf(show.query.get());
  if (inner == nullptr || !inner->from_table || inner->select_list.size() != 1 ||
      inner->select_list[0]->GetExpressionClass() != duckdb::ExpressionClass::STAR ||
      inner->from_table->type != duckdb::TableReferenceType::BASE_TABLE) {
    return nullptr;
  }
  return &inner->from_table->Cast<BaseTableRef>();
}

std::string RowFor(const Column& column) {
  return "(" + QuoteText(column.name) + ", " + QuoteText(TypeToSql(column.type)) + ", " +
         (column.is_key ? "'NO', 'PRI'" : "'YES', NULL") + ", NULL::VARCHAR, " +
         (column.comment.empty() ? "NULL" : QuoteText(column.comment)) + ")";
}

}  // namespace

std::optional<std::string> DescribeQuery(duckdb::ClientContext& context,
                                         const duckdb::SQLStatement& statement) {
  const BaseTableRef* table = DescribedTable(statement);
  if (table == nullptr) return std::nullopt;
  std::optional<std::string> query;
  context.RunFunctionInTransaction([&] {
    const auto entry = duckdb::Catalog::GetEntry<duckdb::TableCatalogEntry>(
        context, table->catalog_name, table->schema_name, table->table_name,
        duckdb::OnEntryNotFound::RETURN_NULL);
    const auto* ours = entry ? dynamic_cast<const DynamoTableEntry*>(entry.get()) : nullptr;
    if (ours == nullptr) return;
    query = "SELECT * FROM (VALUES ";
    for (const Column& column : ours->snapshot().columns) {
      query->append(RowFor(column) + ", ");
    }
    query->resize(query->size() - 2);
    query->append(") t(column_name, column_type, \"null\", \"key\", \"default\", extra)");
  });
  return query;
}

}  // namespace stator::sql
