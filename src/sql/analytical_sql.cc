#include "sql/analytical_sql.h"

#include "sql/column_type.h"

namespace stator::sql {

using base::Result;
using features::DataFormat;

namespace {

std::string Quoted(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

std::string Joined(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

bool StartsWith(const std::string& type, const char* prefix) { return type.rfind(prefix, 0) == 0; }

// The name of the i-th column that puts rows in order.
std::string OrderName(std::size_t i) { return "__stator_order_" + std::to_string(i); }

// SELECT parts that carry the order of the source along, and the ORDER BY of the newest first.
void AppendOrder(const RowSource& source, std::vector<std::string>& select,
                 std::vector<std::string>& newest) {
  for (std::size_t i = 0; i < source.order.size(); ++i) {
    select.push_back(source.order[i] + " AS " + OrderName(i));
    newest.push_back(OrderName(i) + " DESC");
  }
}

}  // namespace

Result<FileColumn> RowSource::Find(const std::string& name) const {
  std::vector<std::string> names;
  for (const FileColumn& column : columns) {
    if (column.name == name) return column;
    names.push_back(column.name);
  }
  return base::Error(
      base::ErrorKind::kInvalid, features::kDataColumnNotFound,
      path + " has no column \"" + name + "\". Its columns are: " + Joined(names, ", ") + ".");
}

std::string FromFile(const features::DataFile& file, bool is_folder) {
  if (file.format == DataFormat::kParquet) {
    const std::string pattern = is_folder ? file.path + "/**/*.parquet" : file.path;
    return "read_parquet(" + QuoteText(pattern) +
           ", union_by_name = true, filename = '__stator_file', file_row_number = true)";
  }
  const std::string files =
      is_folder ? "[" + QuoteText(file.path + "/**/*.csv") + "]" : QuoteText(file.path);
  // Types are taken from the whole file, so that no late value fails to fit.
  return "read_csv(" + files + ", header = true, sample_size = -1, union_by_name = true)";
}

std::vector<std::string> OrderOfFile(const features::DataFile& file) {
  if (file.format == DataFormat::kParquet) return {"__stator_file", "file_row_number"};
  return {"row_number() OVER ()"};
}

std::string AsTimestamp(const FileColumn& column) {
  const std::string name = Quoted(column.name);
  if (column.type == "TIMESTAMP_NS") {
    return "make_timestamp((epoch_ns(" + name + ") - (epoch_ns(" + name +
           ") % 1000 + 1000) % 1000) // 1000)";
  }
  // With the session in UTC, a text without a zone means UTC.
  if (column.type == "VARCHAR") return "CAST(CAST(" + name + " AS TIMESTAMPTZ) AS TIMESTAMP)";
  return "CAST(" + name + " AS TIMESTAMP)";
}

std::string AsJoinKey(const FileColumn& column, features::JoinType type) {
  const std::string name = Quoted(column.name);
  switch (type) {
    case features::JoinType::kText: return "CAST(" + name + " AS VARCHAR)";
    case features::JoinType::kTimestamp: return AsTimestamp(column);
    case features::JoinType::kBytes:
      return column.type == "BLOB" ? name : "encode(CAST(" + name + " AS VARCHAR))";
    case features::JoinType::kInteger: break;
  }
  // A cast would round.
  if (column.type == "VARCHAR") {
    return "CASE WHEN regexp_full_match(" + name + ", '[+-]?[0-9]+') THEN TRY_CAST(" + name +
           " AS BIGINT) END";
  }
  if (column.type == "DOUBLE" || column.type == "FLOAT" || StartsWith(column.type, "DECIMAL")) {
    return "CASE WHEN " + name + " = floor(" + name + ") THEN TRY_CAST(" + name + " AS BIGINT) END";
  }
  return "TRY_CAST(" + name + " AS BIGINT)";
}

Result<std::string> LatestRowsSql(const RowSource& source,
                                  const features::LatestRowsRequest& request) {
  std::vector<std::string> inner;
  std::vector<std::string> outer;
  std::vector<std::string> keys;
  const auto add = [&](const features::DataColumn& column) -> Result<std::string> {
    STATOR_ASSIGN_OR_RETURN(const FileColumn found, source.Find(column.source_name));
    const std::string carried = "__stator_" + std::to_string(inner.size());
    inner.push_back(Quoted(found.name) + " AS " + carried);
    outer.push_back(carried + " AS " + Quoted(column.name));
    return carried;
  };
  for (const features::DataColumn& key : request.keys) {
    STATOR_ASSIGN_OR_RETURN(std::string carried, add(key));
    keys.push_back(std::move(carried));
  }
  for (const features::DataColumn& feature : request.features) {
    if (const auto carried = add(feature); !carried.ok()) return carried.error();
  }
  STATOR_ASSIGN_OR_RETURN(const FileColumn time, source.Find(request.timestamp_column));
  inner.push_back(AsTimestamp(time) + " AS __stator_time");
  outer.push_back("__stator_time AS " + std::string(features::kEventTimestampColumn));
  std::vector<std::string> newest = {"__stator_time DESC"};
  if (!request.created_column.empty()) {
    STATOR_ASSIGN_OR_RETURN(const FileColumn created, source.Find(request.created_column));
    inner.push_back(AsTimestamp(created) + " AS __stator_created");
    newest.push_back("__stator_created DESC NULLS LAST");
  }
  AppendOrder(source, inner, newest);
  return "SELECT " + Joined(outer, ", ") + " FROM (SELECT " + Joined(inner, ", ") + " FROM " +
         source.from + ") WHERE __stator_time >= make_timestamp(" +
         std::to_string(request.start_us) + ") AND __stator_time <= make_timestamp(" +
         std::to_string(request.end_us) + ") QUALIFY row_number() OVER (" +
         (keys.empty() ? "" : "PARTITION BY " + Joined(keys, ", ") + " ") + "ORDER BY " +
         Joined(newest, ", ") + ") = 1";
}

namespace {

// One view of a point-in-time join: its newest row for each key and event time, and how it joins.
struct ViewParts {
  std::string query;
  std::string join;
};

std::string KeyName(std::size_t view, std::size_t key) {
  return "__stator_key_" + std::to_string(view) + "_" + std::to_string(key);
}

Result<ViewParts> PartsOfView(const RowSource& source, const features::HistoryView& view,
                              std::size_t index) {
  const std::string alias = "v" + std::to_string(index);
  std::vector<std::string> inner;
  std::vector<std::string> group;
  std::string join = " ASOF LEFT JOIN " + alias + " ON ";
  for (std::size_t i = 0; i < view.keys.size(); ++i) {
    STATOR_ASSIGN_OR_RETURN(const FileColumn key, source.Find(view.keys[i].source_column));
    const std::string name = KeyName(index, i);
    inner.push_back(AsJoinKey(key, view.keys[i].type) + " AS " + name);
    group.push_back(name);
    join += "e." + name + " = " + alias + "." + name + " AND ";
  }
  for (std::size_t i = 0; i < view.features.size(); ++i) {
    STATOR_ASSIGN_OR_RETURN(const FileColumn feature, source.Find(view.features[i].source_name));
    inner.push_back(Quoted(feature.name) + " AS __stator_feature_" + std::to_string(i));
  }
  STATOR_ASSIGN_OR_RETURN(const FileColumn time, source.Find(view.timestamp_column));
  inner.push_back(AsTimestamp(time) + " AS __stator_time");
  group.push_back("__stator_time");
  std::vector<std::string> newest;
  if (!view.created_column.empty()) {
    STATOR_ASSIGN_OR_RETURN(const FileColumn created, source.Find(view.created_column));
    inner.push_back(AsTimestamp(created) + " AS __stator_created");
    newest.push_back("__stator_created DESC NULLS LAST");
  }
  AppendOrder(source, inner, newest);
  return ViewParts{
      alias + " AS (SELECT * FROM (SELECT " + Joined(inner, ", ") + " FROM " + source.from +
          ") WHERE __stator_time IS NOT NULL QUALIFY row_number() OVER (PARTITION BY " +
          Joined(group, ", ") + " ORDER BY " + Joined(newest, ", ") + ") = 1)",
      join + "e.__stator_entity_time >= " + alias + ".__stator_time"};
}

std::string FeatureOf(const features::HistoryView& view, std::size_t index, std::size_t feature) {
  const std::string alias = "v" + std::to_string(index);
  std::string value = alias + ".__stator_feature_" + std::to_string(feature);
  if (view.ttl_us) {
    value = "CASE WHEN epoch_us(e.__stator_entity_time) - epoch_us(" + alias +
            ".__stator_time) <= " + std::to_string(*view.ttl_us) + " THEN " + value + " END";
  }
  return value + " AS " + Quoted(view.features[feature].name);
}

}  // namespace

Result<std::string> HistorySql(const RowSource& entities, const std::vector<RowSource>& views,
                               const features::HistoryRequest& request) {
  std::vector<std::string> entity;
  std::vector<std::string> answer;
  std::vector<std::string> order;
  for (const FileColumn& column : entities.columns) {
    entity.push_back(Quoted(column.name));
    answer.push_back("e." + Quoted(column.name) + " AS " + Quoted(column.name));
  }
  STATOR_ASSIGN_OR_RETURN(const FileColumn time, entities.Find(request.timestamp_column));
  entity.push_back(AsTimestamp(time) + " AS __stator_entity_time");
  for (std::size_t i = 0; i < entities.order.size(); ++i) {
    entity.push_back(entities.order[i] + " AS " + OrderName(i));
    order.push_back("e." + OrderName(i));
  }
  std::string queries;
  std::string joins;
  for (std::size_t i = 0; i < request.views.size(); ++i) {
    const features::HistoryView& view = request.views[i];
    for (std::size_t k = 0; k < view.keys.size(); ++k) {
      STATOR_ASSIGN_OR_RETURN(const FileColumn key, entities.Find(view.keys[k].entity_column));
      entity.push_back(AsJoinKey(key, view.keys[k].type) + " AS " + KeyName(i, k));
    }
    STATOR_ASSIGN_OR_RETURN(const ViewParts parts, PartsOfView(views[i], view, i));
    queries += ", " + parts.query;
    joins += parts.join;
    for (std::size_t f = 0; f < view.features.size(); ++f) answer.push_back(FeatureOf(view, i, f));
  }
  return "WITH e AS (SELECT " + Joined(entity, ", ") + " FROM " + entities.from + ")" + queries +
         " SELECT " + Joined(answer, ", ") + " FROM e" + joins + " ORDER BY " + Joined(order, ", ");
}

}  // namespace stator::sql
