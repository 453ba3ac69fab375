#include "remote/many_calls.h"

#include <algorithm>
#include <map>
#include <utility>

#include "dynamo/errors.h"

namespace stator::remote {
namespace {

base::Error StillUnprocessed(const std::string& table_name) {
  return base::Error(base::ErrorKind::kThrottled, dynamo::kProvisionedThroughputExceededException,
                     "Table " + table_name +
                         " left it unprocessed until the deadline: its capacity is used up. Give "
                         "the table more capacity, or the call more time");
}

}  // namespace

Batch ManyCalls::TakeQueued() {
  Batch batch = std::move(queue_.back());
  queue_.pop_back();
  return batch;
}

void ManyCalls::Send(wire::Operation operation, Batch batch, std::string body) {
  ++under_way_;
  Call call{operation, TableOf(batch.elements.front()), std::move(body), true, context_};
  client_.Send(
      lane_, std::move(call),
      [self = shared_from_this(), batch = std::move(batch)](base::Result<Answer> answer) mutable {
        --self->under_way_;
        self->Count(answer);
        if (answer.ok()) {
          self->Answered(batch, *answer);
        } else {
          self->Refused(std::move(batch), answer.error());
        }
        self->Proceed();
      });
}

void ManyCalls::Count(const base::Result<Answer>& answer) {
  const int attempts = answer.ok() ? answer->attempts : 1;
  calls_ += attempts;
  retries_ += attempts - 1;
}

void ManyCalls::SendAgain(const Batch& batch, std::vector<std::size_t> unprocessed) {
  if (unprocessed.empty()) return;
  const bool idle = unprocessed.size() == batch.elements.size();
  SendLater({std::move(unprocessed), idle ? batch.idle_rounds + 1 : 0},
            base::ErrorKind::kUnavailable);
}

void ManyCalls::SendLater(Batch batch, base::ErrorKind kind) {
  const auto wait = lane_.backoff().Draw(batch.idle_rounds + 1, kind);
  const auto then = client_.options().clock->Now() + wait;
  if (context_.deadline.Passed(then) || context_.cancel.cancelled() || lane_.closing()) {
    return FailAll(batch, StillUnprocessed(TableOf(batch.elements.front())));
  }
  ++retries_;
  ++under_way_;
  lane_.After(wait, [self = shared_from_this(), batch = std::move(batch)]() mutable {
    --self->under_way_;
    self->queue_.push_back(std::move(batch));
    self->Proceed();
  });
}

void ManyCalls::Refused(Batch batch, const base::Error& error) {
  if (error.kind() == base::ErrorKind::kThrottled &&
      context_.priority == base::Priority::kBackground) {
    ++batch.idle_rounds;
    return SendLater(std::move(batch), error.kind());
  }
  auto parts = Split(batch, error);
  if (parts.empty()) return FailAll(batch, error);
  for (auto& part : parts) queue_.push_back(std::move(part));
}

std::vector<Batch> ManyCalls::Split(const Batch& batch, const base::Error& error) const {
  const bool invalid = error.kind() == base::ErrorKind::kInvalid;
  const bool of_a_table =
      error.kind() == base::ErrorKind::kNotFound || error.kind() == base::ErrorKind::kDenied;
  if (batch.elements.size() < 2 || !(invalid || of_a_table)) return {};
  std::map<std::string, Batch> by_table;
  for (const std::size_t element : batch.elements) {
    by_table[TableOf(element)].elements.push_back(element);
  }
  std::vector<Batch> parts;
  if (by_table.size() > 1) {
    for (auto& [table, part] : by_table) parts.push_back(std::move(part));
  } else if (invalid) {
    const auto middle =
        batch.elements.begin() + static_cast<std::ptrdiff_t>(batch.elements.size() / 2);
    parts.push_back({{batch.elements.begin(), middle}});
    parts.push_back({{middle, batch.elements.end()}});
  }
  return parts;
}

void ManyCalls::SortFailures(std::vector<dynamo::ItemFailure>& failures) {
  std::ranges::sort(failures, {}, &dynamo::ItemFailure::index);
}

}  // namespace stator::remote
