#include "sql/plan_text.h"

#include <simdjson.h>

#include <cstdio>
#include <utility>

#include "sql/value_json.h"

namespace stator::sql {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kEstimate = "Estimated Cardinality";

std::string_view TextOf(const dom::object& object, std::string_view member) {
  std::string_view text;
  return object.at_key(member).get(text) == simdjson::SUCCESS ? text : std::string_view();
}

class PlanWriter {
 public:
  // Writes an operator and those below it. `lead` stands before its name, which is at `column`.
  // Frames that are no operator (the whole run, EXPLAIN_ANALYZE itself) are left out.
  void Write(const dom::object& node, std::string_view lead, std::size_t column) {
    std::string_view name = TextOf(node, "name");
    if (name.empty()) name = TextOf(node, "operator_name");
    const bool shown = !name.empty() && name != "EXPLAIN_ANALYZE";
    if (shown) {
      out_.append(lead).append(name).append(Rows(node)).append("\n");
      WriteDetails(node, column + 2);
    }
    dom::array children;
    if (node.at_key("children").get(children) != simdjson::SUCCESS) return;
    const std::string child_lead = shown ? std::string(column + 2, ' ') + "-> " : std::string(lead);
    for (const dom::element child : children) {
      dom::object below;
      if (child.get(below) != simdjson::SUCCESS) continue;
      Write(below, child_lead, shown ? column + 5 : column);
    }
  }

  // How long the whole run took, of EXPLAIN ANALYZE.
  void WriteTime(const dom::object& run) {
    double seconds = 0;
    if (run.at_key("latency").get(seconds) != simdjson::SUCCESS) return;
    out_ += "Total time: " + Seconds(seconds) + "\n";
  }

  std::string Take() {
    if (out_.ends_with('\n')) out_.pop_back();
    return std::move(out_);
  }

 private:
  static std::string Seconds(double seconds) {
    char text[64];
    std::snprintf(text, sizeof text, "%.4f s", seconds);
    return text;
  }

  static std::string RowCount(std::string_view count) {
    return std::string(count) + (count == "1" ? " row" : " rows");
  }

  // " (~20 rows expected, 18 rows in 0.0003 s)".
  static std::string Rows(const dom::object& node) {
    dom::object details;
    std::string_view expected;
    if (node.at_key("extra_info").get(details) == simdjson::SUCCESS)
      expected = TextOf(details, kEstimate);
    std::string text;
    if (!expected.empty()) text += "~" + RowCount(expected) + " expected";
    std::uint64_t rows = 0;
    double seconds = 0;
    if (node.at_key("operator_cardinality").get(rows) == simdjson::SUCCESS &&
        node.at_key("operator_timing").get(seconds) == simdjson::SUCCESS) {
      if (!text.empty()) text += ", ";
      text += RowCount(std::to_string(rows)) + " in " + Seconds(seconds);
    }
    return text.empty() ? text : " (" + text + ")";
  }

  void WriteDetails(const dom::object& node, std::size_t column) {
    dom::object details;
    if (node.at_key("extra_info").get(details) != simdjson::SUCCESS) return;
    for (const auto& [label, value] : details) {
      if (label == kEstimate) continue;
      const std::vector<std::string_view> values = ValuesOf(value);
      if (values.empty()) continue;
      out_.append(column, ' ').append(label).append(":");
      WriteList(values, column);
    }
  }

  // The lines of a value, which DuckDB makes an array of when there are several.
  static std::vector<std::string_view> ValuesOf(const dom::element& value) {
    std::vector<std::string_view> values;
    std::string_view text;
    dom::array lines;
    if (value.get(text) == simdjson::SUCCESS) {
      if (!text.empty()) values.push_back(text);
    } else if (value.get(lines) == simdjson::SUCCESS) {
      for (const dom::element line : lines) {
        if (line.get(text) == simdjson::SUCCESS && !text.empty()) values.push_back(text);
      }
    }
    return values;
  }

  void WriteList(const std::vector<std::string_view>& values, std::size_t column) {
    std::size_t bytes = 0;
    for (const std::string_view value : values) bytes += value.size() + 2;
    const bool on_one_line = values.size() == 1 || bytes <= kPlanListBytesMax;
    const std::string before = on_one_line ? " " : "\n" + std::string(column + 2, ' ');
    for (std::size_t i = 0; i < values.size(); ++i) {
      out_.append(before).append(values[i]).append(i + 1 < values.size() ? "," : "");
    }
    out_ += '\n';
  }

  std::string out_;
};

// Rows of a key and a plan, the plan as text.
class PlanChunk final : public ResultChunk {
 public:
  explicit PlanChunk(const ResultChunk& chunk) : chunk_(chunk) {
    for (std::size_t row = 0; row < chunk.rows(); ++row) {
      const std::string_view plan = chunk.Text(row, kPlanColumn);
      plans_.push_back(PlanText(plan).value_or(std::string(plan)));
    }
  }

  std::size_t rows() const override { return chunk_.rows(); }
  bool IsNull(std::size_t row, std::size_t column) const override {
    return chunk_.IsNull(row, column);
  }
  std::string_view Text(std::size_t row, std::size_t column) const override {
    return column == kPlanColumn ? plans_[row] : chunk_.Text(row, column);
  }
  void AppendJson(std::size_t row, std::size_t column, std::string& out) const override {
    if (column == kPlanColumn) return AppendJsonString(plans_[row], out);
    chunk_.AppendJson(row, column, out);
  }

 private:
  static constexpr std::size_t kPlanColumn = 1;
  const ResultChunk& chunk_;
  std::vector<std::string> plans_;
};

}  // namespace

std::optional<std::string> PlanText(std::string_view json) {
  dom::parser parser;
  dom::element plan;
  if (parser.parse(json.data(), json.size()).get(plan) != simdjson::SUCCESS) return std::nullopt;
  PlanWriter writer;
  dom::object run;
  if (plan.get(run) == simdjson::SUCCESS) {
    writer.WriteTime(run);
    writer.Write(run, "", 0);
    return writer.Take();
  }
  dom::array roots;
  if (plan.get(roots) != simdjson::SUCCESS) return std::nullopt;
  for (const dom::element root : roots) {
    dom::object node;
    if (root.get(node) == simdjson::SUCCESS) writer.Write(node, "", 0);
  }
  return writer.Take();
}

base::Status PlanTextSink::Rows(const ResultChunk& chunk) { return sink_.Rows(PlanChunk(chunk)); }

}  // namespace stator::sql
