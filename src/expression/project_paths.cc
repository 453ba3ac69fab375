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
      const PathGroup group = paths.Take();
      const std::optional<AttributeValue> value = from.Find(group.step.name());
      if (!value) continue;
      const std::size_t mark = writer_.mark();
      writer_.Name(to, group.step.name());
      if (!Write(*value, group)) writer_.Undo(to, mark);
    }
  }

  void Elements(ItemWriter::Container& to, ListView from, PathRange paths) {
    ListView::Iterator at = from.begin();
    std::uint32_t index = 0;
    while (!paths.empty()) {
      const PathGroup group = paths.Take();
      if (group.step.index() >= from.size()) return;
      for (; index < group.step.index(); ++index) ++at;
      const std::size_t mark = writer_.mark();
      writer_.Element(to);
      if (!Write(*at, group)) writer_.Undo(to, mark);
    }
  }

  // Writes `value`, or its parts at the paths of `group`. False when there are none; the caller
  // takes back what was written.
  bool Write(AttributeValue value, const PathGroup& group) {
    const PathRange& inner = group.inner;
    if (group.whole) {
      writer_.Value(value);
      return true;
    }
    if (inner.is_into_list()) {
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
