#include "expression/update.h"

#include <algorithm>

#include "dynamo/errors.h"
#include "dynamo/item_writer.h"
#include "expression/project_paths.h"
#include "expression/update_outcome.h"

namespace stator::expression {
namespace {

using base::Result;
using base::Status;
using dynamo::AttributeValue;
using dynamo::Item;
using dynamo::ItemView;
using dynamo::ItemWriter;
using dynamo::ListView;
using dynamo::MapView;

// Writes the new item in one pass over the old one. The outcomes are known: every target has its
// place, and one that is kept is not there.
class UpdateWriter {
 public:
  UpdateWriter(const Outcomes& outcomes, std::string& out) : outcomes_(outcomes), writer_(out) {}

  void WriteItem(ItemView old_item, const PathRange& targets) {
    const MapView attributes = old_item.attributes();
    ItemWriter::Container item = writer_.BeginItem(CountEntries(attributes, targets));
    WriteEntries(item, attributes, targets);
    writer_.End(item);
  }

 private:
  // How many attributes `old` will have.
  std::uint32_t CountEntries(MapView old, PathRange targets) const {
    std::uint32_t count = old.size();
    while (!targets.empty()) {
      const PathGroup target = targets.Take();
      const Outcome::Kind kind = outcomes_[target.id].kind;
      if (!target.whole || kind == Outcome::Kind::kKeep) continue;
      const bool present = old.Find(target.step.name()).has_value();
      if (kind == Outcome::Kind::kSet && !present) ++count;
      if (kind == Outcome::Kind::kRemove && present) --count;
    }
    return count;
  }

  void WriteEntries(ItemWriter::Container& to, MapView old, PathRange targets) {
    std::uint32_t next = 0;
    while (!targets.empty()) {
      const PathGroup target = targets.Take();
      const std::string_view name = target.step.name();
      const std::uint32_t place = old.LowerBound(name, next);
      const bool present = place < old.size() && old[place].name == name;
      writer_.CopyEntries(to, old, next, place);
      next = present ? place + 1 : place;
      const Outcome& outcome = outcomes_[target.id];
      if (!target.whole) {
        writer_.Name(to, name);
        WriteInner(old[place].value, target.inner);
      } else if (outcome.kind == Outcome::Kind::kSet) {
        writer_.Name(to, name);
        writer_.Value(*outcome.value);
      }
    }
    writer_.CopyEntries(to, old, next, old.size());
  }

  // Indexes are those of the old list; what is set behind its end is appended in their order.
  void WriteElements(ItemWriter::Container& to, ListView old, PathRange targets) {
    ListView::Iterator at = old.begin();
    std::uint32_t index = 0;
    const auto copy_to = [&](std::uint32_t end) {
      for (; index < end; ++index, ++at) {
        writer_.Element(to);
        writer_.Value(*at);
      }
    };
    while (!targets.empty()) {
      const PathGroup target = targets.Take();
      copy_to(std::min(target.step.index(), old.size()));
      const bool present = target.step.index() < old.size();
      const Outcome& outcome = outcomes_[target.id];
      if (!target.whole) {
        writer_.Element(to);
        WriteInner(*at, target.inner);
      } else if (outcome.kind == Outcome::Kind::kSet) {
        writer_.Element(to);
        writer_.Value(*outcome.value);
      }
      if (present) ++index, ++at;
    }
    copy_to(old.size());
  }

  void WriteInner(AttributeValue old, const PathRange& targets) {
    if (targets.is_into_list()) {
      ItemWriter::Container list = writer_.BeginList();
      WriteElements(list, old.list(), targets);
      writer_.End(list);
    } else {
      ItemWriter::Container map = writer_.BeginMap(CountEntries(old.map(), targets));
      WriteEntries(map, old.map(), targets);
      writer_.End(map);
    }
  }

  const Outcomes& outcomes_;
  ItemWriter writer_;
};

// Writes the values that were set, each at its place in the nested shape.
class TouchedWriter {
 public:
  TouchedWriter(const Outcomes& outcomes, std::string& out) : outcomes_(outcomes), writer_(out) {}

  void WriteItem(const PathRange& targets) {
    ItemWriter::Container item = writer_.BeginItem(targets.size());
    WriteParts(item, targets);
    writer_.End(item);
  }

 private:
  void WriteParts(ItemWriter::Container& to, PathRange targets) {
    while (!targets.empty()) {
      const PathGroup target = targets.Take();
      const Outcome& outcome = outcomes_[target.id];
      if (target.whole && outcome.kind != Outcome::Kind::kSet) continue;

      const std::size_t mark = writer_.mark();
      if (target.step.is_index()) {
        writer_.Element(to);
      } else {
        writer_.Name(to, target.step.name());
      }
      if (target.whole) {
        writer_.Value(*outcome.value);
        continue;
      }
      ItemWriter::Container parts =
          target.inner.is_into_list() ? writer_.BeginList() : writer_.BeginMap(target.inner.size());
      WriteParts(parts, target.inner);
      writer_.End(parts);
      if (parts.count == 0) writer_.Undo(to, mark);
    }
  }

  const Outcomes& outcomes_;
  ItemWriter writer_;
};

PathRange TargetsOf(const BoundUpdate& update) { return PathRange(update, update.targets()); }

}  // namespace

std::vector<std::string_view> BoundUpdate::TouchedNames() const {
  std::vector<std::string_view> names;
  for (const PathSet::Entry& target : targets_.entries()) {
    const std::string_view name = Path(target.path).front().name();
    if (names.empty() || names.back() != name) names.push_back(name);
  }
  return names;
}

Status CheckUpdatesNoKey(const BoundUpdate& update, const dynamo::KeySchema& schema) {
  const auto check = [&](const dynamo::KeyAttribute& key) -> Status {
    const std::vector<std::string_view> names = update.TouchedNames();
    if (!std::binary_search(names.begin(), names.end(), key.name)) return base::OkStatus();
    return dynamo::ValidationError(
        "One or more parameter values were invalid: Cannot update attribute " + key.name +
        ". This attribute is part of the key");
  };
  STATOR_RETURN_IF_ERROR(check(schema.partition));
  return schema.sort ? check(*schema.sort) : base::OkStatus();
}

Result<Item> ApplyUpdate(const BoundUpdate& update, ItemView old_item) {
  Outcomes outcomes(update, old_item);
  STATOR_RETURN_IF_ERROR(outcomes.Compute());
  std::string bytes;
  bytes.reserve(old_item.bytes().size() + outcomes.size_bytes());
  UpdateWriter(outcomes, bytes).WriteItem(old_item, TargetsOf(update));
  return Item(std::move(bytes));
}

Item TouchedOld(const BoundUpdate& update, ItemView old_item) {
  std::string bytes;
  ProjectPaths(TargetsOf(update), old_item, bytes);
  return Item(std::move(bytes));
}

Item TouchedNew(const BoundUpdate& update, ItemView old_item) {
  Outcomes outcomes(update, old_item);
  CHECK(outcomes.Compute().ok());
  std::string bytes;
  TouchedWriter(outcomes, bytes).WriteItem(TargetsOf(update));
  return Item(std::move(bytes));
}

}  // namespace stator::expression
