#include "sql/result_format.h"

#include <algorithm>
#include <utility>

#include "sql/value_json.h"

namespace stator::sql {

using base::Status;

std::optional<ResultFormat> ParseResultFormat(std::string_view name) {
  if (name == "table") return ResultFormat::kTable;
  if (name == "csv") return ResultFormat::kCsv;
  if (name == "json") return ResultFormat::kJson;
  return std::nullopt;
}

namespace {

char32_t NextCodePoint(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  char32_t code = more == 0 ? lead : lead & (0x3FU >> more);
  for (int i = 0; i < more && at < text.size(); ++i) {
    code = (code << 6) | (static_cast<unsigned char>(text[at++]) & 0x3FU);
  }
  return code;
}

bool IsWide(char32_t code) {
  return (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF) ||
         (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) ||
         (code >= 0xFE30 && code <= 0xFE6F) || (code >= 0xFF00 && code <= 0xFF60) ||
         (code >= 0x1F300 && code <= 0x1FAFF) || (code >= 0x20000 && code <= 0x3FFFD);
}

}  // namespace

std::size_t DisplayWidth(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) width += IsWide(NextCodePoint(text, at)) ? 2 : 1;
  return width;
}

namespace {

// Holds text back until it is too much, so that it can be forgotten.
class HeldOutput {
 public:
  HeldOutput(TextOutput output, std::size_t held_max)
      : output_(std::move(output)), held_max_(held_max) {}

  std::string& text() { return held_; }
  Status FlushIfLarge() { return held_.size() > held_max_ ? Flush() : base::OkStatus(); }
  Status Flush() {
    if (held_.empty()) return base::OkStatus();
    left_ = true;
    Status status = output_(held_);
    held_.clear();
    return status;
  }
  // Forgets what is held; false when something has left since the last Mark.
  bool Forget() {
    if (left_) return false;
    held_.resize(mark_);
    return true;
  }
  // What is held now is final.
  void Mark() {
    left_ = false;
    mark_ = held_.size();
  }

 private:
  TextOutput output_;
  std::size_t held_max_;
  std::string held_;
  std::size_t mark_ = 0;
  bool left_ = false;
};

class CsvSink final : public FormattingSink {
 public:
  CsvSink(TextOutput output, const FormatOptions& options)
      : output_(std::move(output), options.held_bytes_max) {}

  Status Begin(const std::vector<ResultColumn>& columns) override {
    output_.Mark();
    rows_ = 0;
    columns_ = columns.size();
    for (std::size_t i = 0; i < columns.size(); ++i) AppendField(i, columns[i].name);
    return base::OkStatus();
  }

  Status Rows(const ResultChunk& chunk) override {
    for (std::size_t row = 0; row < chunk.rows(); ++row) {
      for (std::size_t i = 0; i < columns_; ++i) {
        AppendField(i, chunk.IsNull(row, i) ? std::string_view() : chunk.Text(row, i));
      }
    }
    rows_ += chunk.rows();
    return output_.FlushIfLarge();
  }

  Status End() override { return output_.Flush(); }
  bool Restart() override { return output_.Forget(); }
  std::uint64_t rows_shown() const override { return rows_; }

 private:
  void AppendField(std::size_t index, std::string_view text) {
    std::string& out = output_.text();
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
      out += text;
    } else {
      out += '"';
      for (const char c : text) out.append(c == '"' ? 2 : 1, c);
      out += '"';
    }
    out += index + 1 == columns_ ? '\n' : ',';
  }

  HeldOutput output_;
  std::size_t columns_ = 0;
  std::uint64_t rows_ = 0;
};

class JsonSink final : public FormattingSink {
 public:
  JsonSink(TextOutput output, const FormatOptions& options, bool with_schema)
      : output_(std::move(output), options.held_bytes_max), with_schema_(with_schema) {}

  Status Begin(const std::vector<ResultColumn>& columns) override {
    output_.Mark();
    rows_ = 0;
    names_.clear();
    columns_ = columns;
    for (const ResultColumn& column : columns) AppendJsonString(column.name, names_.emplace_back());
    // The count stands first in Spice's form, so the rows wait until it is known.
    if (!with_schema_) output_.text() += '[';
    return base::OkStatus();
  }

  Status Rows(const ResultChunk& chunk) override {
    std::string& out = with_schema_ ? data_ : output_.text();
    for (std::size_t row = 0; row < chunk.rows(); ++row) {
      out += rows_++ == 0 ? "" : ",\n";
      AppendRow(chunk, row, out);
    }
    return with_schema_ ? base::OkStatus() : output_.FlushIfLarge();
  }

  Status End() override {
    std::string& out = output_.text();
    if (with_schema_) {
      out += "{\"row_count\":" + std::to_string(rows_) + ",\"schema\":";
      AppendSchema(out);
      out += ",\"data\":[" + data_ + "]}";
      data_.clear();
    } else {
      out += "]\n";
    }
    return output_.Flush();
  }

  bool Restart() override {
    data_.clear();
    return output_.Forget();
  }
  std::uint64_t rows_shown() const override { return rows_; }

 private:
  void AppendRow(const ResultChunk& chunk, std::size_t row, std::string& out) const {
    char separator = '{';
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (chunk.IsNull(row, i)) continue;
      out += separator;
      separator = ',';
      out += names_[i];
      out += ':';
      chunk.AppendJson(row, i, out);
    }
    out += separator == '{' ? "{}" : "}";
  }

  void AppendSchema(std::string& out) const {
    out += "{\"fields\":[";
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) out += ',';
      out += "{\"name\":" + names_[i] + ",\"data_type\":";
      AppendJsonString(columns_[i].type, out);
      out += ",\"nullable\":true}";
    }
    out += "]}";
  }

  HeldOutput output_;
  const bool with_schema_;
  std::vector<ResultColumn> columns_;
  std::vector<std::string> names_;  // as JSON
  std::string data_;
  std::uint64_t rows_ = 0;
};

class TableSink final : public FormattingSink {
 public:
  TableSink(TextOutput output, const FormatOptions& options)
      : output_(std::move(output)), options_(options) {}

  Status Begin(const std::vector<ResultColumn>& columns) override {
    columns_ = columns;
    cells_.clear();
    return base::OkStatus();
  }

  Status Rows(const ResultChunk& chunk) override {
    for (std::size_t row = 0; row < chunk.rows() && cells_.size() < options_.rows_shown_max;
         ++row) {
      auto& line = cells_.emplace_back();
      for (std::size_t i = 0; i < columns_.size(); ++i) line.push_back(Shown(chunk.Text(row, i)));
    }
    return base::OkStatus();
  }

  Status End() override { return columns_.empty() ? base::OkStatus() : output_(Render()); }
  bool Restart() override { return true; }
  std::uint64_t rows_shown() const override { return cells_.size(); }

 private:
  // Line breaks would tear the grid, long values would push it off the screen. The plans of EXPLAIN
  // are shown as they are.
  std::string Shown(std::string_view text) const {
    if (IsPlan()) return std::string(text);
    std::string line;
    std::size_t at = 0;
    for (std::size_t shown = 0; at < text.size() && shown < options_.value_width_max; ++shown) {
      const std::size_t from = at;
      const char32_t code = NextCodePoint(text, at);
      line += code < 0x20 || code == 0x7F ? std::string_view(" ") : text.substr(from, at - from);
    }
    if (at < text.size()) line += "…";
    return line;
  }

  bool IsPlan() const {
    return columns_.size() == 2 && columns_[0].name == "explain_key" &&
           columns_[1].name == "explain_value";
  }

  std::string Render() const {
    if (!IsPlan()) return RenderGrid();
    std::string out;
    for (const auto& line : cells_) out += line[1] + "\n";
    return out;
  }

  std::string RenderGrid() const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      std::size_t width = DisplayWidth(columns_[i].name);
      for (const auto& line : cells_) width = std::max(width, DisplayWidth(line[i]));
      widths.push_back(width);
    }
    std::string rule = "+";
    for (const std::size_t width : widths) rule += std::string(width + 2, '-') + "+";
    rule += '\n';
    std::string out = rule + "|";
    for (std::size_t i = 0; i < columns_.size(); ++i)
      AppendCell(columns_[i].name, widths[i], false, out);
    out += "\n" + rule;
    for (const auto& line : cells_) {
      out += '|';
      for (std::size_t i = 0; i < line.size(); ++i)
        AppendCell(line[i], widths[i], columns_[i].numeric, out);
      out += '\n';
    }
    return out + (cells_.empty() ? "" : rule);
  }

  static void AppendCell(std::string_view text, std::size_t width, bool right, std::string& out) {
    const std::string padding(width - DisplayWidth(text), ' ');
    out += ' ';
    if (right) out += padding;
    out += text;
    if (!right) out += padding;
    out += " |";
  }

  TextOutput output_;
  const FormatOptions options_;
  std::vector<ResultColumn> columns_;
  std::vector<std::vector<std::string>> cells_;
};

}  // namespace

std::unique_ptr<FormattingSink> MakeFormatter(ResultFormat format, TextOutput output,
                                              const FormatOptions& options) {
  switch (format) {
    case ResultFormat::kCsv: return std::make_unique<CsvSink>(std::move(output), options);
    case ResultFormat::kJson: return std::make_unique<JsonSink>(std::move(output), options, false);
    case ResultFormat::kSpiceJson:
      return std::make_unique<JsonSink>(std::move(output), options, true);
    case ResultFormat::kTable: break;
  }
  return std::make_unique<TableSink>(std::move(output), options);
}

}  // namespace stator::sql
