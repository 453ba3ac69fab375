#include "dynamo/item.h"

#include <cstring>
#include <string>

#include "dynamo/errors.h"
#include "dynamo/limits.h"

namespace stator::dynamo {
namespace {

using base::Error;
using base::ErrorKind;
using base::Status;

// Layout byte, body size 4 (the count alone), count 0.
constexpr std::string_view kEmptyItem("\x01\x04\0\0\0\0\0\0\0", 9);

// Walks untrusted bytes; every step checks its bounds and that the form is the canonical one.
class Validator {
 public:
  explicit Validator(std::string_view bytes)
      : start_(bytes.data()), at_(bytes.data()), end_(at_ + bytes.size()) {}

  Status Run() {
    if (at_ == end_ || *at_ != kItemLayout) return Damaged("layout is not 1");
    ++at_;
    STATOR_RETURN_IF_ERROR(Map(0));
    return at_ == end_ ? base::OkStatus() : Damaged("bytes after the end");
  }

 private:
  Error Damaged(std::string_view what) const {
    return Error(
        ErrorKind::kInternal, kInternalServerError,
        "item is damaged: " + std::string(what) + " at byte " + std::to_string(at_ - start_));
  }

  std::size_t Left() const { return static_cast<std::size_t>(end_ - at_); }

  Status Content(std::string_view& out) {
    std::uint32_t length = 0;
    for (int shift = 0;; shift += 7) {
      if (at_ == end_ || shift > 21) return Damaged("length runs over");
      const auto byte = static_cast<std::uint8_t>(*at_++);
      length |= static_cast<std::uint32_t>(byte & 0x7F) << shift;
      if (byte >= 0x80) continue;
      if (shift > 0 && byte == 0) return Damaged("length is not shortest");
      break;
    }
    if (length > Left()) return Damaged("content runs over");
    out = {at_, length};
    at_ += length;
    return base::OkStatus();
  }

  // Size and count of a container; `body_end` is where it must end.
  Status Header(std::uint32_t& count, const char*& body_end) {
    if (Left() < 8) return Damaged("container header runs over");
    const std::uint32_t size = internal::ReadU32(at_);
    count = internal::ReadU32(at_ + 4);
    if (size < 4 || size > Left() - 4) return Damaged("container runs over");
    body_end = at_ + 4 + size;
    at_ += 8;
    if (count > static_cast<std::size_t>(body_end - at_)) return Damaged("count runs over");
    return base::OkStatus();
  }

  Status Map(int depth) {
    std::uint32_t count = 0;
    const char* body_end = nullptr;
    STATOR_RETURN_IF_ERROR(Header(count, body_end));
    if (4 * static_cast<std::size_t>(count) > static_cast<std::size_t>(body_end - at_)) {
      return Damaged("offsets run over");
    }
    const char* offsets = at_;
    at_ += 4 * static_cast<std::size_t>(count);
    const char* entries = at_;
    std::string_view previous;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (internal::ReadU32(offsets + 4 * static_cast<std::size_t>(i)) != at_ - entries)
        return Damaged("offset is wrong");
      std::string_view name;
      STATOR_RETURN_IF_ERROR(Content(name));
      if (i > 0 && name <= previous) return Damaged("names are out of order");
      previous = name;
      STATOR_RETURN_IF_ERROR(Value(depth + 1));
    }
    return at_ == body_end ? base::OkStatus() : Damaged("map has another size");
  }

  Status List(int depth) {
    std::uint32_t count = 0;
    const char* body_end = nullptr;
    STATOR_RETURN_IF_ERROR(Header(count, body_end));
    for (std::uint32_t i = 0; i < count; ++i) STATOR_RETURN_IF_ERROR(Value(depth + 1));
    return at_ == body_end ? base::OkStatus() : Damaged("list has another size");
  }

  Status Set(bool numbers) {
    std::uint32_t count = 0;
    const char* body_end = nullptr;
    STATOR_RETURN_IF_ERROR(Header(count, body_end));
    std::string_view previous;
    for (std::uint32_t i = 0; i < count; ++i) {
      std::string_view member;
      STATOR_RETURN_IF_ERROR(Content(member));
      if (i > 0 && member <= previous) return Damaged("members are out of order");
      if (numbers && !Number::IsSortable(member)) return Damaged("number is not canonical");
      previous = member;
    }
    return at_ == body_end ? base::OkStatus() : Damaged("set has another size");
  }

  Status Value(int depth) {
    if (depth > kValueDepthMax) return Damaged("values are nested too deeply");
    if (at_ == end_) return Damaged("value runs over");
    const auto tag = static_cast<std::uint8_t>(*at_++);
    switch (tag) {
      case AttributeValue::kTagNull:
      case AttributeValue::kTagFalse:
      case AttributeValue::kTagTrue: return base::OkStatus();
      case AttributeValue::kTagNumber:
      case AttributeValue::kTagString:
      case AttributeValue::kTagBinary: {
        std::string_view content;
        STATOR_RETURN_IF_ERROR(Content(content));
        const bool good = tag != AttributeValue::kTagNumber || Number::IsSortable(content);
        return good ? base::OkStatus() : Damaged("number is not canonical");
      }
      case AttributeValue::kTagMap: return Map(depth);
      case AttributeValue::kTagList: return List(depth);
      case AttributeValue::kTagStringSet:
      case AttributeValue::kTagBinarySet: return Set(false);
      case AttributeValue::kTagNumberSet: return Set(true);
      default: return Damaged("unknown tag");
    }
  }

  const char* start_;
  const char* at_;
  const char* end_;
};

}  // namespace

ItemView::ItemView() : bytes_(kEmptyItem) {}

void ItemBatch::Set(std::size_t index, ItemView item) {
  CHECK(index < entries_.size());
  entries_[index] = {arena_.size(), static_cast<std::uint32_t>(item.bytes().size())};
  arena_.append(item.bytes());
}

Status ValidateItemBytes(std::string_view bytes) { return Validator(bytes).Run(); }

}  // namespace stator::dynamo
