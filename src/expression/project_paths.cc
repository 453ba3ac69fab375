#include "expression/project_paths.h"

#include "dynamo/item_writer.h"
#include "expression/projection.h"

namespace stator::expression {
namespace {

using dynamo::AttributeType;
using dynamo::AttributeValue;
using dynamo::ItemWriter;
using dynamo::ListView;
using dynamo::MapView;

class Projector {
 public:
  explicit Projector(std::string& out) : writer_(out) {}

  void Item(MapView attributes, PathRange paths) {
    ItemWriter::Container item = writer_.BeginItem(paths.size());
    Entries(item, attributes, paths);
    writer_.End(item);
  }

 private:
  void Entries(ItemWriter::Container& to, MapView from, PathRange paths) {
    while (!paths.empty()) {
      const std::string_view name = paths.step().name();
      const bool whole = paths.is_last_step();
      const PathRange inner = paths.TakeStep();
      const std::optional<AttributeValue> value = from.Find(name);
      if (!value) continue;
      const std::size_t mark = writer_.mark();
      writer_.Name(to, name);
      if (!Write(*value, whole, inner)) writer_.Undo(to, mark);
    }
  }

  void Elements(ItemWriter::Container& to, ListView from, PathRange paths) {
    std::uint32_t index = 0;
    for (const AttributeValue value : from) {
      if (paths.empty()) return;
      if (paths.step().index() != index++) continue;
      const bool whole = paths.is_last_step();
      const PathRange inner = paths.TakeStep();
      const std::size_t mark = writer_.mark();
      writer_.Element(to);
      if (!Write(value, whole, inner)) writer_.Undo(to, mark);
    }
  }

  // Writes `value` or its parts at `inner`. False when there are none; the caller takes back what
  // was written.
  bool Write(AttributeValue value, bool whole, const PathRange& inner) {
    if (whole) {
      writer_.Value(value);
      return true;
    }
    if (inner.step().is_index()) {
      if (value.type() != AttributeType::kList) return false;
      ItemWriter::Container list = writer_.BeginList();
      Elements(list, value.list(), inner);
      writer_.End(list);
      return list.count > 0;
    }
    if (value.type() != AttributeType::kMap) return false;
    ItemWriter::Container map = writer_.BeginMap(inner.size());
    Entries(map, value.map(), inner);
    writer_.End(map);
    return map.count > 0;
  }

  ItemWriter writer_;
};

}  // namespace

void ProjectPaths(PathRange paths, dynamo::ItemView item, std::string& out) {
  Projector(out).Item(item.attributes(), paths);
}

void Project(const BoundProjection& projection, dynamo::ItemView item, std::string& out) {
  ProjectPaths(PathRange(projection, projection.paths()), item, out);
}

}  // namespace stator::expression
