// What GetMany and PutMany have in common: batches of elements that are sent, split when they are
// refused as a whole, and sent again when they are left unprocessed.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "dynamo/operations.h"
#include "remote/client.h"

namespace stator::remote {

// Elements of a GetMany or PutMany, by index, that travel in one request.
struct Batch {
  std::vector<std::size_t> elements;
  // How often in a row none of it was processed.
  int idle_rounds = 0;
};

// One GetMany or PutMany, on its lane's thread; gone after its completion.
//
// A batch that is refused as a whole is split, so that only what is at fault fails: by table when
// it has several, in halves when elements of one table were found invalid. What an answer leaves
// unprocessed is sent again after a wait with jitter, until the deadline. So is a batch that is
// throttled as a whole for a background caller; for others its tries are those of one call.
class ManyCalls : public std::enable_shared_from_this<ManyCalls> {
 public:
  virtual ~ManyCalls() = default;
  // Starts it.
  virtual void Begin() = 0;

 protected:
  // Has at most `parallel_max` calls under way at a time.
  ManyCalls(Client& client, IoLane& lane, const base::CallContext& context, int parallel_max)
      : client_(client), lane_(lane), context_(context), parallel_max_(parallel_max) {}

  // Sends what may be sent, and finishes when nothing is left. Called after every change.
  virtual void Proceed() = 0;
  // An answer for `batch`; unprocessed elements go to SendAgain().
  virtual void Answered(const Batch& batch, const Answer& answer) = 0;
  // Every element of `batch` fails with `error`.
  virtual void FailAll(const Batch& batch, const base::Error& error) = 0;
  // The table of an element.
  virtual const std::string& TableOf(std::size_t element) const = 0;

  // Sends `body` for `batch`.
  void Send(wire::Operation operation, Batch batch, std::string body);
  // Counts a call that has ended.
  void Count(const base::Result<Answer>& answer);
  // Sends elements of `batch` again that an answer left unprocessed.
  void SendAgain(const Batch& batch, std::vector<std::size_t> unprocessed);
  // Whether another call may begin.
  bool MaySend() const { return under_way_ < parallel_max_; }
  // Takes the next of the batches that wait to be sent. REQUIRES: there is one.
  Batch TakeQueued();
  // Puts failures in the order of their index and fills in the counters. REQUIRES: the end.
  template <typename Response>
  void Conclude(Response& response) const {
    response.calls = calls_;
    response.retries = retries_;
    SortFailures(response.failures);
  }

  Client& client_;
  IoLane& lane_;
  const base::CallContext context_;
  // Batches that wait to be sent; the next one is at the end.
  std::vector<Batch> queue_;
  // Calls, and waits before one.
  int under_way_ = 0;

 private:
  static void SortFailures(std::vector<dynamo::ItemFailure>& failures);
  void Refused(Batch batch, const base::Error& error);
  std::vector<Batch> Split(const Batch& batch, const base::Error& error) const;
  void SendLater(Batch batch, base::ErrorKind kind);

  const int parallel_max_;
  std::int32_t calls_ = 0;
  std::int32_t retries_ = 0;
};

}  // namespace stator::remote
